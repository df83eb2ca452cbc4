# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_approve_global_optspecs
    string join \n m/message= y/yes override= wait= watch no-watch p/pipeline= stage= action= execution= commit= format= config= audit= checkout= poll= profile= region= endpoint-url= request-timeout= v/verbose q/quiet log-format= h/help V/version
end

function __fish_approve_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_approve_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_approve_using_subcommand
    set -l cmd (__fish_approve_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c approve -n "__fish_approve_needs_command" -s m -l message -d 'Said to everybody who looks at the pipeline' -r
complete -c approve -n "__fish_approve_needs_command" -l override -d 'Approve although something stands against it; the reason is recorded' -r
complete -c approve -n "__fish_approve_needs_command" -l wait -d 'Wait until an approval appears' -r
complete -c approve -n "__fish_approve_needs_command" -s p -l pipeline -d 'Alias from the configuration, exact name, or unique beginning of a name; may be repeated [default: every pipeline]' -r
complete -c approve -n "__fish_approve_needs_command" -l stage -d 'Only this stage' -r
complete -c approve -n "__fish_approve_needs_command" -l action -d 'Only this approval action' -r
complete -c approve -n "__fish_approve_needs_command" -l execution -d 'Only this pipeline execution (at least 7 characters of its id)' -r
complete -c approve -n "__fish_approve_needs_command" -l commit -d 'Only this commit (at least 7 characters)' -r
complete -c approve -n "__fish_approve_needs_command" -l format -d 'How the result on stdout is written' -r -f -a "text\t'For people'
json\t'For programs: one JSON document'"
complete -c approve -n "__fish_approve_needs_command" -l config -d 'Configuration with the pipelines\' aliases [default: ~/.config/greenlight/approve.toml]' -r -F
complete -c approve -n "__fish_approve_needs_command" -l audit -d 'Where answers are recorded, one JSON line each [default: ~/.local/state/greenlight/audit.jsonl]' -r -F
complete -c approve -n "__fish_approve_needs_command" -l checkout -d 'A clone of the source repository, for the commits since production [default: the one in the configuration]' -r -F
complete -c approve -n "__fish_approve_needs_command" -l poll -d 'First pause between two looks at the pipeline; later pauses grow to four times this' -r
complete -c approve -n "__fish_approve_needs_command" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c approve -n "__fish_approve_needs_command" -l region -d 'AWS region' -r
complete -c approve -n "__fish_approve_needs_command" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c approve -n "__fish_approve_needs_command" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c approve -n "__fish_approve_needs_command" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c approve -n "__fish_approve_needs_command" -s y -l yes -d 'Do not ask; needs --execution or --commit'
complete -c approve -n "__fish_approve_needs_command" -l watch -d 'Follow the release after approving [default on a terminal]'
complete -c approve -n "__fish_approve_needs_command" -l no-watch -d 'Do not follow the release after approving'
complete -c approve -n "__fish_approve_needs_command" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c approve -n "__fish_approve_needs_command" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c approve -n "__fish_approve_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c approve -n "__fish_approve_needs_command" -s V -l version -d 'Print version'
complete -c approve -n "__fish_approve_needs_command" -f -a "list" -d 'Everything that waits for an answer, in every pipeline of the regions'
complete -c approve -n "__fish_approve_needs_command" -f -a "show" -d 'What waits at the gate, without asking'
complete -c approve -n "__fish_approve_needs_command" -f -a "reject" -d 'Reject what waits'
complete -c approve -n "__fish_approve_needs_command" -f -a "watch" -d 'Follow an execution through the production stage'
complete -c approve -n "__fish_approve_needs_command" -f -a "completions" -d 'Shell completions on stdout'
complete -c approve -n "__fish_approve_needs_command" -f -a "man" -d 'The manual page on stdout'
complete -c approve -n "__fish_approve_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c approve -n "__fish_approve_using_subcommand list" -l regions -d 'Regions to look in, with commas [default: the region of --region, and the configured pipelines elsewhere]' -r
complete -c approve -n "__fish_approve_using_subcommand list" -s p -l pipeline -d 'Alias from the configuration, exact name, or unique beginning of a name; may be repeated [default: every pipeline]' -r
complete -c approve -n "__fish_approve_using_subcommand list" -l stage -d 'Only this stage' -r
complete -c approve -n "__fish_approve_using_subcommand list" -l action -d 'Only this approval action' -r
complete -c approve -n "__fish_approve_using_subcommand list" -l execution -d 'Only this pipeline execution (at least 7 characters of its id)' -r
complete -c approve -n "__fish_approve_using_subcommand list" -l commit -d 'Only this commit (at least 7 characters)' -r
complete -c approve -n "__fish_approve_using_subcommand list" -l format -d 'How the result on stdout is written' -r -f -a "text\t'For people'
json\t'For programs: one JSON document'"
complete -c approve -n "__fish_approve_using_subcommand list" -l config -d 'Configuration with the pipelines\' aliases [default: ~/.config/greenlight/approve.toml]' -r -F
complete -c approve -n "__fish_approve_using_subcommand list" -l audit -d 'Where answers are recorded, one JSON line each [default: ~/.local/state/greenlight/audit.jsonl]' -r -F
complete -c approve -n "__fish_approve_using_subcommand list" -l checkout -d 'A clone of the source repository, for the commits since production [default: the one in the configuration]' -r -F
complete -c approve -n "__fish_approve_using_subcommand list" -l poll -d 'First pause between two looks at the pipeline; later pauses grow to four times this' -r
complete -c approve -n "__fish_approve_using_subcommand list" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c approve -n "__fish_approve_using_subcommand list" -l region -d 'AWS region' -r
complete -c approve -n "__fish_approve_using_subcommand list" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c approve -n "__fish_approve_using_subcommand list" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c approve -n "__fish_approve_using_subcommand list" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c approve -n "__fish_approve_using_subcommand list" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c approve -n "__fish_approve_using_subcommand list" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c approve -n "__fish_approve_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c approve -n "__fish_approve_using_subcommand show" -s p -l pipeline -d 'Alias from the configuration, exact name, or unique beginning of a name; may be repeated [default: every pipeline]' -r
complete -c approve -n "__fish_approve_using_subcommand show" -l stage -d 'Only this stage' -r
complete -c approve -n "__fish_approve_using_subcommand show" -l action -d 'Only this approval action' -r
complete -c approve -n "__fish_approve_using_subcommand show" -l execution -d 'Only this pipeline execution (at least 7 characters of its id)' -r
complete -c approve -n "__fish_approve_using_subcommand show" -l commit -d 'Only this commit (at least 7 characters)' -r
complete -c approve -n "__fish_approve_using_subcommand show" -l format -d 'How the result on stdout is written' -r -f -a "text\t'For people'
json\t'For programs: one JSON document'"
complete -c approve -n "__fish_approve_using_subcommand show" -l config -d 'Configuration with the pipelines\' aliases [default: ~/.config/greenlight/approve.toml]' -r -F
complete -c approve -n "__fish_approve_using_subcommand show" -l audit -d 'Where answers are recorded, one JSON line each [default: ~/.local/state/greenlight/audit.jsonl]' -r -F
complete -c approve -n "__fish_approve_using_subcommand show" -l checkout -d 'A clone of the source repository, for the commits since production [default: the one in the configuration]' -r -F
complete -c approve -n "__fish_approve_using_subcommand show" -l poll -d 'First pause between two looks at the pipeline; later pauses grow to four times this' -r
complete -c approve -n "__fish_approve_using_subcommand show" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c approve -n "__fish_approve_using_subcommand show" -l region -d 'AWS region' -r
complete -c approve -n "__fish_approve_using_subcommand show" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c approve -n "__fish_approve_using_subcommand show" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c approve -n "__fish_approve_using_subcommand show" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c approve -n "__fish_approve_using_subcommand show" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c approve -n "__fish_approve_using_subcommand show" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c approve -n "__fish_approve_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c approve -n "__fish_approve_using_subcommand reject" -s m -l message -d 'Why; said to everybody who looks at the pipeline' -r
complete -c approve -n "__fish_approve_using_subcommand reject" -s p -l pipeline -d 'Alias from the configuration, exact name, or unique beginning of a name; may be repeated [default: every pipeline]' -r
complete -c approve -n "__fish_approve_using_subcommand reject" -l stage -d 'Only this stage' -r
complete -c approve -n "__fish_approve_using_subcommand reject" -l action -d 'Only this approval action' -r
complete -c approve -n "__fish_approve_using_subcommand reject" -l execution -d 'Only this pipeline execution (at least 7 characters of its id)' -r
complete -c approve -n "__fish_approve_using_subcommand reject" -l commit -d 'Only this commit (at least 7 characters)' -r
complete -c approve -n "__fish_approve_using_subcommand reject" -l format -d 'How the result on stdout is written' -r -f -a "text\t'For people'
json\t'For programs: one JSON document'"
complete -c approve -n "__fish_approve_using_subcommand reject" -l config -d 'Configuration with the pipelines\' aliases [default: ~/.config/greenlight/approve.toml]' -r -F
complete -c approve -n "__fish_approve_using_subcommand reject" -l audit -d 'Where answers are recorded, one JSON line each [default: ~/.local/state/greenlight/audit.jsonl]' -r -F
complete -c approve -n "__fish_approve_using_subcommand reject" -l checkout -d 'A clone of the source repository, for the commits since production [default: the one in the configuration]' -r -F
complete -c approve -n "__fish_approve_using_subcommand reject" -l poll -d 'First pause between two looks at the pipeline; later pauses grow to four times this' -r
complete -c approve -n "__fish_approve_using_subcommand reject" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c approve -n "__fish_approve_using_subcommand reject" -l region -d 'AWS region' -r
complete -c approve -n "__fish_approve_using_subcommand reject" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c approve -n "__fish_approve_using_subcommand reject" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c approve -n "__fish_approve_using_subcommand reject" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c approve -n "__fish_approve_using_subcommand reject" -s y -l yes -d 'Do not ask; needs --execution or --commit'
complete -c approve -n "__fish_approve_using_subcommand reject" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c approve -n "__fish_approve_using_subcommand reject" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c approve -n "__fish_approve_using_subcommand reject" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c approve -n "__fish_approve_using_subcommand watch" -s p -l pipeline -d 'Alias from the configuration, exact name, or unique beginning of a name; may be repeated [default: every pipeline]' -r
complete -c approve -n "__fish_approve_using_subcommand watch" -l stage -d 'Only this stage' -r
complete -c approve -n "__fish_approve_using_subcommand watch" -l action -d 'Only this approval action' -r
complete -c approve -n "__fish_approve_using_subcommand watch" -l execution -d 'Only this pipeline execution (at least 7 characters of its id)' -r
complete -c approve -n "__fish_approve_using_subcommand watch" -l commit -d 'Only this commit (at least 7 characters)' -r
complete -c approve -n "__fish_approve_using_subcommand watch" -l format -d 'How the result on stdout is written' -r -f -a "text\t'For people'
json\t'For programs: one JSON document'"
complete -c approve -n "__fish_approve_using_subcommand watch" -l config -d 'Configuration with the pipelines\' aliases [default: ~/.config/greenlight/approve.toml]' -r -F
complete -c approve -n "__fish_approve_using_subcommand watch" -l audit -d 'Where answers are recorded, one JSON line each [default: ~/.local/state/greenlight/audit.jsonl]' -r -F
complete -c approve -n "__fish_approve_using_subcommand watch" -l checkout -d 'A clone of the source repository, for the commits since production [default: the one in the configuration]' -r -F
complete -c approve -n "__fish_approve_using_subcommand watch" -l poll -d 'First pause between two looks at the pipeline; later pauses grow to four times this' -r
complete -c approve -n "__fish_approve_using_subcommand watch" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c approve -n "__fish_approve_using_subcommand watch" -l region -d 'AWS region' -r
complete -c approve -n "__fish_approve_using_subcommand watch" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c approve -n "__fish_approve_using_subcommand watch" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c approve -n "__fish_approve_using_subcommand watch" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c approve -n "__fish_approve_using_subcommand watch" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c approve -n "__fish_approve_using_subcommand watch" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c approve -n "__fish_approve_using_subcommand watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c approve -n "__fish_approve_using_subcommand completions" -s p -l pipeline -d 'Alias from the configuration, exact name, or unique beginning of a name; may be repeated [default: every pipeline]' -r
complete -c approve -n "__fish_approve_using_subcommand completions" -l stage -d 'Only this stage' -r
complete -c approve -n "__fish_approve_using_subcommand completions" -l action -d 'Only this approval action' -r
complete -c approve -n "__fish_approve_using_subcommand completions" -l execution -d 'Only this pipeline execution (at least 7 characters of its id)' -r
complete -c approve -n "__fish_approve_using_subcommand completions" -l commit -d 'Only this commit (at least 7 characters)' -r
complete -c approve -n "__fish_approve_using_subcommand completions" -l format -d 'How the result on stdout is written' -r -f -a "text\t'For people'
json\t'For programs: one JSON document'"
complete -c approve -n "__fish_approve_using_subcommand completions" -l config -d 'Configuration with the pipelines\' aliases [default: ~/.config/greenlight/approve.toml]' -r -F
complete -c approve -n "__fish_approve_using_subcommand completions" -l audit -d 'Where answers are recorded, one JSON line each [default: ~/.local/state/greenlight/audit.jsonl]' -r -F
complete -c approve -n "__fish_approve_using_subcommand completions" -l checkout -d 'A clone of the source repository, for the commits since production [default: the one in the configuration]' -r -F
complete -c approve -n "__fish_approve_using_subcommand completions" -l poll -d 'First pause between two looks at the pipeline; later pauses grow to four times this' -r
complete -c approve -n "__fish_approve_using_subcommand completions" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c approve -n "__fish_approve_using_subcommand completions" -l region -d 'AWS region' -r
complete -c approve -n "__fish_approve_using_subcommand completions" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c approve -n "__fish_approve_using_subcommand completions" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c approve -n "__fish_approve_using_subcommand completions" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c approve -n "__fish_approve_using_subcommand completions" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c approve -n "__fish_approve_using_subcommand completions" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c approve -n "__fish_approve_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c approve -n "__fish_approve_using_subcommand man" -s p -l pipeline -d 'Alias from the configuration, exact name, or unique beginning of a name; may be repeated [default: every pipeline]' -r
complete -c approve -n "__fish_approve_using_subcommand man" -l stage -d 'Only this stage' -r
complete -c approve -n "__fish_approve_using_subcommand man" -l action -d 'Only this approval action' -r
complete -c approve -n "__fish_approve_using_subcommand man" -l execution -d 'Only this pipeline execution (at least 7 characters of its id)' -r
complete -c approve -n "__fish_approve_using_subcommand man" -l commit -d 'Only this commit (at least 7 characters)' -r
complete -c approve -n "__fish_approve_using_subcommand man" -l format -d 'How the result on stdout is written' -r -f -a "text\t'For people'
json\t'For programs: one JSON document'"
complete -c approve -n "__fish_approve_using_subcommand man" -l config -d 'Configuration with the pipelines\' aliases [default: ~/.config/greenlight/approve.toml]' -r -F
complete -c approve -n "__fish_approve_using_subcommand man" -l audit -d 'Where answers are recorded, one JSON line each [default: ~/.local/state/greenlight/audit.jsonl]' -r -F
complete -c approve -n "__fish_approve_using_subcommand man" -l checkout -d 'A clone of the source repository, for the commits since production [default: the one in the configuration]' -r -F
complete -c approve -n "__fish_approve_using_subcommand man" -l poll -d 'First pause between two looks at the pipeline; later pauses grow to four times this' -r
complete -c approve -n "__fish_approve_using_subcommand man" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c approve -n "__fish_approve_using_subcommand man" -l region -d 'AWS region' -r
complete -c approve -n "__fish_approve_using_subcommand man" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c approve -n "__fish_approve_using_subcommand man" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c approve -n "__fish_approve_using_subcommand man" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c approve -n "__fish_approve_using_subcommand man" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c approve -n "__fish_approve_using_subcommand man" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c approve -n "__fish_approve_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c approve -n "__fish_approve_using_subcommand help; and not __fish_seen_subcommand_from list show reject watch completions man help" -f -a "list" -d 'Everything that waits for an answer, in every pipeline of the regions'
complete -c approve -n "__fish_approve_using_subcommand help; and not __fish_seen_subcommand_from list show reject watch completions man help" -f -a "show" -d 'What waits at the gate, without asking'
complete -c approve -n "__fish_approve_using_subcommand help; and not __fish_seen_subcommand_from list show reject watch completions man help" -f -a "reject" -d 'Reject what waits'
complete -c approve -n "__fish_approve_using_subcommand help; and not __fish_seen_subcommand_from list show reject watch completions man help" -f -a "watch" -d 'Follow an execution through the production stage'
complete -c approve -n "__fish_approve_using_subcommand help; and not __fish_seen_subcommand_from list show reject watch completions man help" -f -a "completions" -d 'Shell completions on stdout'
complete -c approve -n "__fish_approve_using_subcommand help; and not __fish_seen_subcommand_from list show reject watch completions man help" -f -a "man" -d 'The manual page on stdout'
complete -c approve -n "__fish_approve_using_subcommand help; and not __fish_seen_subcommand_from list show reject watch completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
