use super::*;

#[test]
fn reads_comments_trailing_commas_and_places() {
    let node =
        parse("// who\n{\n  \"a\": [1, /* two */ \"zwö\",],\n  \"b\": {\"c\": null},\n}\n", 3).unwrap();
    assert_eq!(node.to_json(), serde_json::json!({"a": [1, "zwö"], "b": {"c": null}}));
    let second = &node.items("a")[1];
    assert_eq!(second.at, Place { file: 3, line: 3, column: 22, width: 5 });
    let key = node.as_object().unwrap().get("b").unwrap().key_at;
    assert_eq!(key, Place { file: 3, line: 4, column: 3, width: 3 });
}

#[test]
fn says_what_is_wrong_and_where() {
    for (text, line, column, message) in [
        ("{\"a\" 1}", 1, 6, "expected ':', found '1'"),
        ("{\n \"a\": 1\n \"b\": 2}", 3, 2, "expected ',' or '}', found '\"'"),
        ("{\"a\": tru}", 1, 7, "this word needs double quotes"),
        ("{\"a\": \"x\n\"}", 1, 7, "this text has no closing quote"),
        ("{\"a\": 1, \"a\": 2}", 1, 10, "the key \"a\" stands twice in one object, first on line 1"),
        ("[1] 2", 1, 5, "something follows the end of the document"),
        ("/* x", 1, 1, "this comment has no end"),
        ("[01]", 1, 2, "this is not a JSON number"),
        ("{\"value\": hunter2}", 1, 11, "this word needs double quotes"),
        ("[1e400]", 1, 2, "this number is too large"),
        ("[NaN]", 1, 2, "this word needs double quotes"),
        ("", 1, 1, "expected a value, found the end of the file"),
        ("[\"\\q\"]", 1, 2, "this text holds a control character or a wrong escape"),
    ] {
        let error = parse(text, 0).unwrap_err();
        assert_eq!(
            (error.at.line, error.at.column, error.message.as_str()),
            (line, column, message),
            "{text}"
        );
    }
}

#[test]
fn deep_nesting_is_refused() {
    assert!(parse(&"[".repeat(100_000), 0).unwrap_err().message.contains("nested deeper"));
}
