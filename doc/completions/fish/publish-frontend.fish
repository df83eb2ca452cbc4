# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_publish_frontend_global_optspecs
    string join \n v/verbose q/quiet log-format= profile= region= endpoint-url= request-timeout= config= h/help V/version
end

function __fish_publish_frontend_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_publish_frontend_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_publish_frontend_using_subcommand
    set -l cmd (__fish_publish_frontend_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c publish-frontend -n "__fish_publish_frontend_needs_command" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c publish-frontend -n "__fish_publish_frontend_needs_command" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c publish-frontend -n "__fish_publish_frontend_needs_command" -l region -d 'AWS region' -r
complete -c publish-frontend -n "__fish_publish_frontend_needs_command" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c publish-frontend -n "__fish_publish_frontend_needs_command" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c publish-frontend -n "__fish_publish_frontend_needs_command" -l config -d 'File with defaults for the flags: `bucket = "my-site"`; flags and environment win' -r
complete -c publish-frontend -n "__fish_publish_frontend_needs_command" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c publish-frontend -n "__fish_publish_frontend_needs_command" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c publish-frontend -n "__fish_publish_frontend_needs_command" -s h -l help -d 'Print help'
complete -c publish-frontend -n "__fish_publish_frontend_needs_command" -s V -l version -d 'Print version'
complete -c publish-frontend -n "__fish_publish_frontend_needs_command" -f -a "publish" -d 'Publish a build (the default)'
complete -c publish-frontend -n "__fish_publish_frontend_needs_command" -f -a "rollback" -d 'Put an earlier release back: a handful of requests, no rebuild'
complete -c publish-frontend -n "__fish_publish_frontend_needs_command" -f -a "releases" -d 'List the releases that can be put back'
complete -c publish-frontend -n "__fish_publish_frontend_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l source -d 'Folder with the build' -r -F
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l bucket -d 'The site\'s bucket' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l prefix -d 'Folder inside the bucket' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l format -d 'How the result on stdout is written' -r -f -a "text\t'For people'
json\t'For programs: one JSON document'"
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l origin-path -d 'The distribution\'s origin path: the part of the prefix that visitors do not see' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l distribution-id -d 'CloudFront distribution in front of the bucket; may be given several times' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l invalidate -d 'What CloudFront is told to forget' -r -f -a "auto\t'What changed and was there before'
all\t'The whole site'
none\t''"
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l invalidation-timeout -d 'How long to wait for an invalidation, and for a CloudFront that has too many in progress' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l verify -d 'Check the bucket after the release' -r -f -a "none\t''
list\t'List the bucket and compare every ETag'
get\t'Also read back what was uploaded and every page, bytes and headers'"
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l keep-releases -d 'Keep this many releases with their files, the live one included; the others can be put back' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l keep-days -d 'Keep files for this many days after the last release that had them' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l max-delete -d 'Refuse to delete more files than this at once' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l sse -d 'How S3 encrypts what is uploaded; default: as the bucket says' -r -f -a "AES256\t''
aws:kms\t''"
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l sse-kms-key-id -d 'The KMS key of --sse aws:kms; default: the account\'s key for S3' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l lock-ttl -d 'How long a publisher that died keeps others out; a living one renews its lock' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l concurrency -d 'Uploads at a time to begin with; grows to four times as many, and shrinks when S3 throttles' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l release-id -d 'What the release is called; default: the commit in CodeBuild, elsewhere a digest of the content' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l exclude -d 'Leave out files of the build that match' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l allow-missing -d 'Files that pages reference and that something else serves' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l include -d 'Take files that match although --exclude or the usual rules leave them out (never .env, .git, keys)' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l cache-control -d 'Cache-Control of the files that match; the last one that matches wins' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l content-type -d 'Content-Type of the files that match; the last one that matches wins' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l source-maps -d 'What happens to source maps' -r -f -a "withhold\t'Do not upload them'
upload\t''"
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l region -d 'AWS region' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l config -d 'File with defaults for the flags: `bucket = "my-site"`; flags and environment win' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l wait -d 'Wait until the invalidation is completed'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l dry-run -d 'Show what would be done and stop'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l confirm -d 'Ask on the terminal before anything is written'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l force -d 'Upload everything, also immutable names with other bytes'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -l delete-unknown -d 'Delete everything below the prefix that no release of publish-frontend has'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand publish" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l bucket -d 'The site\'s bucket' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l prefix -d 'Folder inside the bucket' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l format -d 'How the result on stdout is written' -r -f -a "text\t'For people'
json\t'For programs: one JSON document'"
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l origin-path -d 'The distribution\'s origin path: the part of the prefix that visitors do not see' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l distribution-id -d 'CloudFront distribution in front of the bucket; may be given several times' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l invalidate -d 'What CloudFront is told to forget' -r -f -a "auto\t'What changed and was there before'
all\t'The whole site'
none\t''"
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l invalidation-timeout -d 'How long to wait for an invalidation, and for a CloudFront that has too many in progress' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l verify -d 'Check the bucket after the release' -r -f -a "none\t''
list\t'List the bucket and compare every ETag'
get\t'Also read back what was uploaded and every page, bytes and headers'"
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l keep-releases -d 'Keep this many releases with their files, the live one included; the others can be put back' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l keep-days -d 'Keep files for this many days after the last release that had them' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l max-delete -d 'Refuse to delete more files than this at once' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l sse -d 'How S3 encrypts what is uploaded; default: as the bucket says' -r -f -a "AES256\t''
aws:kms\t''"
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l sse-kms-key-id -d 'The KMS key of --sse aws:kms; default: the account\'s key for S3' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l lock-ttl -d 'How long a publisher that died keeps others out; a living one renews its lock' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l concurrency -d 'Uploads at a time to begin with; grows to four times as many, and shrinks when S3 throttles' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l to -d 'Release to put back, by name or number; default: the one before the live one' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l region -d 'AWS region' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l config -d 'File with defaults for the flags: `bucket = "my-site"`; flags and environment win' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l wait -d 'Wait until the invalidation is completed'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l dry-run -d 'Show what would be done and stop'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -l confirm -d 'Ask on the terminal before anything is written'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand rollback" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand releases" -l bucket -d 'The site\'s bucket' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand releases" -l prefix -d 'Folder inside the bucket' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand releases" -l format -d 'How the result on stdout is written' -r -f -a "text\t'For people'
json\t'For programs: one JSON document'"
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand releases" -l log-format -d 'How log lines on stderr are written' -r -f -a "text\t''
json\t''"
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand releases" -l profile -d 'AWS profile from the shared configuration files' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand releases" -l region -d 'AWS region' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand releases" -l endpoint-url -d 'Send every AWS call to this URL (local-pipeline, an emulator)' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand releases" -l request-timeout -d 'How long one attempt at an AWS call may take' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand releases" -l config -d 'File with defaults for the flags: `bucket = "my-site"`; flags and environment win' -r
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand releases" -s v -l verbose -d 'Say more on stderr (-v: what is done, -vv: every AWS call)'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand releases" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand releases" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand help; and not __fish_seen_subcommand_from publish rollback releases help" -f -a "publish" -d 'Publish a build (the default)'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand help; and not __fish_seen_subcommand_from publish rollback releases help" -f -a "rollback" -d 'Put an earlier release back: a handful of requests, no rebuild'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand help; and not __fish_seen_subcommand_from publish rollback releases help" -f -a "releases" -d 'List the releases that can be put back'
complete -c publish-frontend -n "__fish_publish_frontend_using_subcommand help; and not __fish_seen_subcommand_from publish rollback releases help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
