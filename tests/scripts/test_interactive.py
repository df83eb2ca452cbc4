"""interactive.sh: asks, then calls tf.sh."""

from conftest import Project


def test_by_number(project: Project) -> None:
    # test, database, plan
    result = project.run("./interactive.sh", stdin="1\n2\n1\n")
    assert result.returncode == 0, result.stderr
    assert project.terraform() == [("init", "test/database"), ("plan", "test/database")]


def test_dry_run(project: Project) -> None:
    result = project.run("./interactive.sh", "--dry-run", stdin="2\n1\n3\n")
    assert result.returncode == 0, result.stderr
    assert "./tf.sh --dry-run destroy prod network" in result.stderr
    assert project.terraform() == []


def test_what_is_no_choice(project: Project) -> None:
    assert project.run("./interactive.sh", stdin="9\n").returncode == 2
    assert project.run("./interactive.sh", stdin="test\n").returncode == 2
    assert project.run("./interactive.sh", stdin="").returncode == 130
    assert project.run("./interactive.sh", "--all").returncode == 2
    assert project.terraform() == []
