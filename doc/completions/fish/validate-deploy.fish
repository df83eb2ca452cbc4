# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_validate_deploy_global_optspecs
    string join \n v/verbose q/quiet log-format= h/help V/version
end

function __fish_validate_deploy_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_validate_deploy_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_validate_deploy_using_subcommand
    set -l cmd (__fish_validate_deploy_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c validate-deploy -n "__fish_validate_deploy_needs_command" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c validate-deploy -n "__fish_validate_deploy_needs_command" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c validate-deploy -n "__fish_validate_deploy_needs_command" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c validate-deploy -n "__fish_validate_deploy_needs_command" -s h -l help -d 'Print help'
complete -c validate-deploy -n "__fish_validate_deploy_needs_command" -s V -l version -d 'Print version'
complete -c validate-deploy -n "__fish_validate_deploy_needs_command" -f -a "run" -d 'Run identity, checks, burst and compare against a URL; needs no AWS unless the configuration names secrets or alarms'
complete -c validate-deploy -n "__fish_validate_deploy_needs_command" -f -a "hook" -d 'Replay a hook event: everything that the function does, but the verdict is only printed'
complete -c validate-deploy -n "__fish_validate_deploy_needs_command" -f -a "check" -d 'Check a configuration file'
complete -c validate-deploy -n "__fish_validate_deploy_needs_command" -f -a "explain" -d 'Say what a reason code means, or which permissions the function needs'
complete -c validate-deploy -n "__fish_validate_deploy_needs_command" -f -a "schema" -d 'Print the JSON Schema of the configuration'
complete -c validate-deploy -n "__fish_validate_deploy_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand run" -l url -d 'Where the deployment answers' -r
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand run" -l config -d 'The configuration' -r -F
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand run" -l expect-version -d 'What `${version}` stands for' -r
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand run" -l targets -d 'How many instances answer behind the URL: each is looked for, so that one old instance among them is found' -r
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand run" -l timeout -d 'Give up after this many seconds' -r
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand run" -l format -r -f -a "text\t'For people'
json\t'For programs: the report as in S3'
junit\t'For build systems'"
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand run" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand run" -l region -d 'AWS region' -r
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand run" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand run" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand run" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand run" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand run" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand hook" -l event -d 'The event as CodeDeploy or ECS sends it (JSON)' -r -F
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand hook" -l format -r -f -a "text\t'For people'
json\t'For programs: the report as in S3'
junit\t'For build systems'"
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand hook" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand hook" -l region -d 'AWS region' -r
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand hook" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand hook" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand hook" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand hook" -l report -d 'Give CodeDeploy the verdict and write the report to S3'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand hook" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand hook" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand hook" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand check" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand check" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand check" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand check" -s h -l help -d 'Print help'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand explain" -l config -d 'With --iam: only what this configuration needs' -r -F
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand explain" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand explain" -l iam -d 'Print the IAM policy that the function\'s role needs'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand explain" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand explain" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand explain" -s h -l help -d 'Print help'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand schema" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand schema" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand schema" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand schema" -s h -l help -d 'Print help'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand help; and not __fish_seen_subcommand_from run hook check explain schema help" -f -a "run" -d 'Run identity, checks, burst and compare against a URL; needs no AWS unless the configuration names secrets or alarms'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand help; and not __fish_seen_subcommand_from run hook check explain schema help" -f -a "hook" -d 'Replay a hook event: everything that the function does, but the verdict is only printed'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand help; and not __fish_seen_subcommand_from run hook check explain schema help" -f -a "check" -d 'Check a configuration file'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand help; and not __fish_seen_subcommand_from run hook check explain schema help" -f -a "explain" -d 'Say what a reason code means, or which permissions the function needs'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand help; and not __fish_seen_subcommand_from run hook check explain schema help" -f -a "schema" -d 'Print the JSON Schema of the configuration'
complete -c validate-deploy -n "__fish_validate_deploy_using_subcommand help; and not __fish_seen_subcommand_from run hook check explain schema help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
