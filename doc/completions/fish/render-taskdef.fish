# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_render_taskdef_global_optspecs
    string join \n dir= env= image= images= placeholder= offline require-online fail-on-findings= online-timeout= var= var-file= allow-key= waive= no-provenance format= out= dry-run v/verbose q/quiet log-format= profile= region= endpoint-url= request-timeout= h/help V/version
end

function __fish_render_taskdef_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_render_taskdef_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_render_taskdef_using_subcommand
    set -l cmd (__fish_render_taskdef_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l dir -d 'Folder with taskdef.json (or .yaml), taskdef.<env>.json (or .yaml), appspec.yaml (or .json) and render.toml' -r -F
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l env -d 'Environment: its overlay and its section of render.toml' -r
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l image -d 'Image of a container (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l images -d 'How images are written' -r -f -a "digest\t'Tags are resolved in ECR and pinned by digest'
placeholder\t'CodePipeline fills them in: --placeholder'
as-is\t'As given'"
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l placeholder -d 'Placeholder that CodePipeline fills with a container\'s image, for --images placeholder (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l fail-on-findings -d 'Most findings of ECR\'s scan that are let through, by severity' -r
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l online-timeout -d 'Seconds that all questions to AWS may take together' -r
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l var -d 'Value of ${NAME} in the templates (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l var-file -d 'File with values: NAME=VALUE lines, or a JSON object when it ends with .json (repeatable)' -r -F
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l allow-key -d 'Let a key pass that the bundled model does not know; `*` stands for one segment (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l waive -d 'Let a finding pass; it is still listed (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l format -d 'How findings and results on stdout are written' -r -f -a "text\t'For people, as a compiler prints'
json\t'For programs: one JSON document'
github\t'GitHub workflow annotations'"
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l out -d 'Folder for the three files' -r -F
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l region -d 'AWS region' -r
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l offline -d 'Ask AWS nothing'
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l require-online -d 'Fail when AWS could not be asked about something (denied, throttled, unavailable)'
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l no-provenance -d 'Leave out the tags that say from which commit and execution the revision comes'
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -l dry-run -d 'Check and show, but write nothing'
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -s V -l version -d 'Print version'
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -f -a "render" -d 'Check everything, then write the files, all or none (the default)'
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -f -a "check" -d 'Check everything and write nothing'
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -f -a "diff" -d 'Say how the rendered definition differs from one that ECS has'
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -f -a "register" -d 'Check everything, then register a revision if anything differs from the newest one; prints the ARN either way'
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -f -a "explain" -d 'Say what a rule means and where AWS states it; without a rule, list all'
complete -c render-taskdef -n "__fish_render_taskdef_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l dir -d 'Folder with taskdef.json (or .yaml), taskdef.<env>.json (or .yaml), appspec.yaml (or .json) and render.toml' -r -F
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l env -d 'Environment: its overlay and its section of render.toml' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l image -d 'Image of a container (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l images -d 'How images are written' -r -f -a "digest\t'Tags are resolved in ECR and pinned by digest'
placeholder\t'CodePipeline fills them in: --placeholder'
as-is\t'As given'"
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l placeholder -d 'Placeholder that CodePipeline fills with a container\'s image, for --images placeholder (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l fail-on-findings -d 'Most findings of ECR\'s scan that are let through, by severity' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l online-timeout -d 'Seconds that all questions to AWS may take together' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l var -d 'Value of ${NAME} in the templates (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l var-file -d 'File with values: NAME=VALUE lines, or a JSON object when it ends with .json (repeatable)' -r -F
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l allow-key -d 'Let a key pass that the bundled model does not know; `*` stands for one segment (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l waive -d 'Let a finding pass; it is still listed (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l format -d 'How findings and results on stdout are written' -r -f -a "text\t'For people, as a compiler prints'
json\t'For programs: one JSON document'
github\t'GitHub workflow annotations'"
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l out -d 'Folder for the three files' -r -F
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l region -d 'AWS region' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l offline -d 'Ask AWS nothing'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l require-online -d 'Fail when AWS could not be asked about something (denied, throttled, unavailable)'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l no-provenance -d 'Leave out the tags that say from which commit and execution the revision comes'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -l dry-run -d 'Check and show, but write nothing'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand render" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l dir -d 'Folder with taskdef.json (or .yaml), taskdef.<env>.json (or .yaml), appspec.yaml (or .json) and render.toml' -r -F
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l env -d 'Environment: its overlay and its section of render.toml' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l image -d 'Image of a container (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l images -d 'How images are written' -r -f -a "digest\t'Tags are resolved in ECR and pinned by digest'
placeholder\t'CodePipeline fills them in: --placeholder'
as-is\t'As given'"
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l placeholder -d 'Placeholder that CodePipeline fills with a container\'s image, for --images placeholder (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l fail-on-findings -d 'Most findings of ECR\'s scan that are let through, by severity' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l online-timeout -d 'Seconds that all questions to AWS may take together' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l var -d 'Value of ${NAME} in the templates (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l var-file -d 'File with values: NAME=VALUE lines, or a JSON object when it ends with .json (repeatable)' -r -F
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l allow-key -d 'Let a key pass that the bundled model does not know; `*` stands for one segment (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l waive -d 'Let a finding pass; it is still listed (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l format -d 'How findings and results on stdout are written' -r -f -a "text\t'For people, as a compiler prints'
json\t'For programs: one JSON document'
github\t'GitHub workflow annotations'"
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l region -d 'AWS region' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l offline -d 'Ask AWS nothing'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l require-online -d 'Fail when AWS could not be asked about something (denied, throttled, unavailable)'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -l no-provenance -d 'Leave out the tags that say from which commit and execution the revision comes'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l dir -d 'Folder with taskdef.json (or .yaml), taskdef.<env>.json (or .yaml), appspec.yaml (or .json) and render.toml' -r -F
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l env -d 'Environment: its overlay and its section of render.toml' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l image -d 'Image of a container (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l images -d 'How images are written' -r -f -a "digest\t'Tags are resolved in ECR and pinned by digest'
placeholder\t'CodePipeline fills them in: --placeholder'
as-is\t'As given'"
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l placeholder -d 'Placeholder that CodePipeline fills with a container\'s image, for --images placeholder (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l fail-on-findings -d 'Most findings of ECR\'s scan that are let through, by severity' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l online-timeout -d 'Seconds that all questions to AWS may take together' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l var -d 'Value of ${NAME} in the templates (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l var-file -d 'File with values: NAME=VALUE lines, or a JSON object when it ends with .json (repeatable)' -r -F
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l allow-key -d 'Let a key pass that the bundled model does not know; `*` stands for one segment (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l waive -d 'Let a finding pass; it is still listed (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l format -d 'How findings and results on stdout are written' -r -f -a "text\t'For people, as a compiler prints'
json\t'For programs: one JSON document'
github\t'GitHub workflow annotations'"
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l against -d 'With what it is compared: what the service runs, the family\'s newest revision, or the ARN (or family:revision) of one' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l show-env -d 'Show the values of this environment variable (repeatable); others are shown as length and hash' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l region -d 'AWS region' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l offline -d 'Ask AWS nothing'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l require-online -d 'Fail when AWS could not be asked about something (denied, throttled, unavailable)'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l no-provenance -d 'Leave out the tags that say from which commit and execution the revision comes'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -l exit-code -d 'Exit with 1 when there is a difference'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l dir -d 'Folder with taskdef.json (or .yaml), taskdef.<env>.json (or .yaml), appspec.yaml (or .json) and render.toml' -r -F
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l env -d 'Environment: its overlay and its section of render.toml' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l image -d 'Image of a container (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l images -d 'How images are written' -r -f -a "digest\t'Tags are resolved in ECR and pinned by digest'
placeholder\t'CodePipeline fills them in: --placeholder'
as-is\t'As given'"
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l placeholder -d 'Placeholder that CodePipeline fills with a container\'s image, for --images placeholder (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l fail-on-findings -d 'Most findings of ECR\'s scan that are let through, by severity' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l online-timeout -d 'Seconds that all questions to AWS may take together' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l var -d 'Value of ${NAME} in the templates (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l var-file -d 'File with values: NAME=VALUE lines, or a JSON object when it ends with .json (repeatable)' -r -F
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l allow-key -d 'Let a key pass that the bundled model does not know; `*` stands for one segment (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l waive -d 'Let a finding pass; it is still listed (repeatable)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l format -d 'How findings and results on stdout are written' -r -f -a "text\t'For people, as a compiler prints'
json\t'For programs: one JSON document'
github\t'GitHub workflow annotations'"
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l region -d 'AWS region' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l offline -d 'Ask AWS nothing'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l require-online -d 'Fail when AWS could not be asked about something (denied, throttled, unavailable)'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l no-provenance -d 'Leave out the tags that say from which commit and execution the revision comes'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -l dry-run -d 'Say whether a revision would be registered, but register none'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand register" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand explain" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand explain" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand explain" -l region -d 'AWS region' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand explain" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand explain" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand explain" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand explain" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand explain" -s h -l help -d 'Print help'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand help; and not __fish_seen_subcommand_from render check diff register explain help" -f -a "render" -d 'Check everything, then write the files, all or none (the default)'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand help; and not __fish_seen_subcommand_from render check diff register explain help" -f -a "check" -d 'Check everything and write nothing'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand help; and not __fish_seen_subcommand_from render check diff register explain help" -f -a "diff" -d 'Say how the rendered definition differs from one that ECS has'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand help; and not __fish_seen_subcommand_from render check diff register explain help" -f -a "register" -d 'Check everything, then register a revision if anything differs from the newest one; prints the ARN either way'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand help; and not __fish_seen_subcommand_from render check diff register explain help" -f -a "explain" -d 'Say what a rule means and where AWS states it; without a rule, list all'
complete -c render-taskdef -n "__fish_render_taskdef_using_subcommand help; and not __fish_seen_subcommand_from render check diff register explain help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
