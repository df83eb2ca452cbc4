# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_local_pipeline_global_optspecs
    string join \n v/verbose q/quiet log-format= state= h/help V/version
end

function __fish_local_pipeline_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_local_pipeline_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_local_pipeline_using_subcommand
    set -l cmd (__fish_local_pipeline_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c local-pipeline -n "__fish_local_pipeline_needs_command" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c local-pipeline -n "__fish_local_pipeline_needs_command" -l state -d 'Folder for everything that the local world keeps' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_needs_command" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c local-pipeline -n "__fish_local_pipeline_needs_command" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c local-pipeline -n "__fish_local_pipeline_needs_command" -s h -l help -d 'Print help'
complete -c local-pipeline -n "__fish_local_pipeline_needs_command" -s V -l version -d 'Print version'
complete -c local-pipeline -n "__fish_local_pipeline_needs_command" -f -a "up" -d 'Start the local world and leave it running'
complete -c local-pipeline -n "__fish_local_pipeline_needs_command" -f -a "run" -d 'Start, release and follow: what `make demo` calls'
complete -c local-pipeline -n "__fish_local_pipeline_needs_command" -f -a "release" -d 'Start an execution of the pipeline'
complete -c local-pipeline -n "__fish_local_pipeline_needs_command" -f -a "status" -d 'Show the stages of the newest execution and the sites'
complete -c local-pipeline -n "__fish_local_pipeline_needs_command" -f -a "logs" -d 'Print the log of the newest run of an action, such as Backend or Test/Publish'
complete -c local-pipeline -n "__fish_local_pipeline_needs_command" -f -a "fault" -d 'Make AWS calls fail on purpose'
complete -c local-pipeline -n "__fish_local_pipeline_needs_command" -f -a "down" -d 'End everything that was started'
complete -c local-pipeline -n "__fish_local_pipeline_needs_command" -f -a "image" -d 'Container images without Docker'
complete -c local-pipeline -n "__fish_local_pipeline_needs_command" -f -a "serve" -d 'The world itself, in the foreground'
complete -c local-pipeline -n "__fish_local_pipeline_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand up" -l checkout -d 'The checkout that is released' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand up" -l emulator -d 'The emulator\'s program' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand up" -l tools -d 'Folder of the Greenlight programs; default: this program\'s own' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand up" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand up" -l state -d 'Folder for everything that the local world keeps' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand up" -l free-ports -d 'Use any free ports instead of 4566, 8100-8102 and 8200-8202'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand up" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand up" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand up" -s h -l help -d 'Print help'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand run" -l checkout -d 'The checkout that is released' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand run" -l emulator -d 'The emulator\'s program' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand run" -l tools -d 'Folder of the Greenlight programs; default: this program\'s own' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand run" -l commit -d 'The commit; default: the work tree as it is' -r
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand run" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand run" -l state -d 'Folder for everything that the local world keeps' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand run" -l free-ports -d 'Use any free ports instead of 4566, 8100-8102 and 8200-8202'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand run" -l auto-approve -d 'Answer the approval gate with `approve --yes`'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand run" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand run" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand run" -s h -l help -d 'Print help'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand release" -l commit -d 'The commit; default: the work tree as it is' -r
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand release" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand release" -l state -d 'Folder for everything that the local world keeps' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand release" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand release" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand release" -s h -l help -d 'Print help'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand status" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand status" -l state -d 'Folder for everything that the local world keeps' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand status" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand status" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand status" -s h -l help -d 'Print help'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand logs" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand logs" -l state -d 'Folder for everything that the local world keeps' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand logs" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand logs" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand logs" -s h -l help -d 'Print help'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and not __fish_seen_subcommand_from add list clear help" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and not __fish_seen_subcommand_from add list clear help" -l state -d 'Folder for everything that the local world keeps' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and not __fish_seen_subcommand_from add list clear help" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and not __fish_seen_subcommand_from add list clear help" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and not __fish_seen_subcommand_from add list clear help" -s h -l help -d 'Print help'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and not __fish_seen_subcommand_from add list clear help" -f -a "add" -d 'Add a fault'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and not __fish_seen_subcommand_from add list clear help" -f -a "list" -d 'List the active faults'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and not __fish_seen_subcommand_from add list clear help" -f -a "clear" -d 'Remove all faults'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and not __fish_seen_subcommand_from add list clear help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from add" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from add" -l state -d 'Folder for everything that the local world keeps' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from list" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from list" -l state -d 'Folder for everything that the local world keeps' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from clear" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from clear" -l state -d 'Folder for everything that the local world keeps' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from clear" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from clear" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a fault'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the active faults'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from help" -f -a "clear" -d 'Remove all faults'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand fault; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand down" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand down" -l state -d 'Folder for everything that the local world keeps' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand down" -l purge -d 'Remove the state folder as well'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand down" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand down" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand down" -s h -l help -d 'Print help'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and not __fish_seen_subcommand_from build help" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and not __fish_seen_subcommand_from build help" -l state -d 'Folder for everything that the local world keeps' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and not __fish_seen_subcommand_from build help" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and not __fish_seen_subcommand_from build help" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and not __fish_seen_subcommand_from build help" -s h -l help -d 'Print help'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and not __fish_seen_subcommand_from build help" -f -a "build" -d 'Pack a folder, its locked dependencies and its Dockerfile\'s settings into an image and push it'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and not __fish_seen_subcommand_from build help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and __fish_seen_subcommand_from build" -l context -d 'Folder with the application' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and __fish_seen_subcommand_from build" -l dockerfile -d 'Default: Dockerfile in the folder' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and __fish_seen_subcommand_from build" -l requirements -d 'Default: requirements.txt in the folder' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and __fish_seen_subcommand_from build" -l push -d 'Reference to push, repository and tag' -r
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and __fish_seen_subcommand_from build" -l endpoint-url -d 'The registry\'s endpoint' -r
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and __fish_seen_subcommand_from build" -l python -d 'Interpreter that installs the dependencies' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and __fish_seen_subcommand_from build" -l cache -d 'Keeps installed dependencies between builds' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and __fish_seen_subcommand_from build" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and __fish_seen_subcommand_from build" -l state -d 'Folder for everything that the local world keeps' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and __fish_seen_subcommand_from build" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and __fish_seen_subcommand_from build" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and __fish_seen_subcommand_from build" -s h -l help -d 'Print help'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and __fish_seen_subcommand_from help" -f -a "build" -d 'Pack a folder, its locked dependencies and its Dockerfile\'s settings into an image and push it'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand image; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand serve" -l checkout -d 'The checkout that is released' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand serve" -l emulator -d 'The emulator\'s program' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand serve" -l tools -d 'Folder of the Greenlight programs; default: this program\'s own' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand serve" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand serve" -l state -d 'Folder for everything that the local world keeps' -r -F
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand serve" -l free-ports -d 'Use any free ports instead of 4566, 8100-8102 and 8200-8202'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand serve" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand serve" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand serve" -s h -l help -d 'Print help'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand help; and not __fish_seen_subcommand_from up run release status logs fault down image serve help" -f -a "up" -d 'Start the local world and leave it running'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand help; and not __fish_seen_subcommand_from up run release status logs fault down image serve help" -f -a "run" -d 'Start, release and follow: what `make demo` calls'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand help; and not __fish_seen_subcommand_from up run release status logs fault down image serve help" -f -a "release" -d 'Start an execution of the pipeline'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand help; and not __fish_seen_subcommand_from up run release status logs fault down image serve help" -f -a "status" -d 'Show the stages of the newest execution and the sites'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand help; and not __fish_seen_subcommand_from up run release status logs fault down image serve help" -f -a "logs" -d 'Print the log of the newest run of an action, such as Backend or Test/Publish'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand help; and not __fish_seen_subcommand_from up run release status logs fault down image serve help" -f -a "fault" -d 'Make AWS calls fail on purpose'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand help; and not __fish_seen_subcommand_from up run release status logs fault down image serve help" -f -a "down" -d 'End everything that was started'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand help; and not __fish_seen_subcommand_from up run release status logs fault down image serve help" -f -a "image" -d 'Container images without Docker'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand help; and not __fish_seen_subcommand_from up run release status logs fault down image serve help" -f -a "serve" -d 'The world itself, in the foreground'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand help; and not __fish_seen_subcommand_from up run release status logs fault down image serve help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand help; and __fish_seen_subcommand_from fault" -f -a "add" -d 'Add a fault'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand help; and __fish_seen_subcommand_from fault" -f -a "list" -d 'List the active faults'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand help; and __fish_seen_subcommand_from fault" -f -a "clear" -d 'Remove all faults'
complete -c local-pipeline -n "__fish_local_pipeline_using_subcommand help; and __fish_seen_subcommand_from image" -f -a "build" -d 'Pack a folder, its locked dependencies and its Dockerfile\'s settings into an image and push it'
