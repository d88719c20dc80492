function __zk_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __zk_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __zk_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __zk_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __zk_parse_tokens -S
    set -l unparsed_tokens (__zk_tokens -pc)
    switch $unparsed_tokens[1]
    case 'zk'
        __zk_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'split'
            __zk_parse_subcommand -r 1 'level=' 'format=' 'separator=' 'threshold=' 'mean-length=' 'sample' 'seed=' 'm/model=' 'input-format=' 'document=' 'text-field=' 'invalid=' 'max-document=' 'o/output=' 'zstd=' 'q/quiet' 'v/verbose' 'threads=' 'progress=' 'version' 'h/help'
        case 'generate'
            __zk_parse_subcommand 0 'c/count=' 'steps=' 'level=' 'existence-cutoff=' 'max-bytes=' 'format=' 'seed=' 'm/model=' 'o/output=' 'zstd=' 'q/quiet' 'v/verbose' 'threads=' 'progress=' 'version' 'h/help'
        case 'train'
            __zk_parse_subcommand 0 'corpus=+' 'o/output=' 'valid=+' 'preset=' 'config=' 'set=+' 'time=' 'steps=' 'epochs=' 'resume=' 'save-every=' 'log=' 'dry-run' 'seed=' 'input-format=' 'document=' 'text-field=' 'invalid=' 'max-document=' 'q/quiet' 'v/verbose' 'threads=' 'progress=' 'version' 'h/help'
        case 'help'
            __zk_parse_subcommand -r 1 'version'
        end
    end
end

function __zk_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __zk_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __zk_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __zk_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__zk_tokens -p)
    if test -z "$(__zk_tokens -t)"
        set -l index (count (__zk_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'zk' -f
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk" version' -l 'version' -d 'Show the version.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk" -eq 1' -fa 'split' -d 'Split documents into learned segments.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk" -eq 1' -fa 'generate' -d 'Generate documents from noise.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk" -eq 1' -fa 'train' -d 'Train a model on a corpus.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk split" -ge 1' -F
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" level' -l 'level' -d 'The level whose segments are printed, from 0.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" format' -l 'format' -d 'What is printed: a JSON object a segment, the text with separators, or the offsets of starts.' -rfka 'jsonl text offsets'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" separator' -l 'separator' -d 'What stands between segments with --format text.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" threshold' -l 'threshold' -d 'Start where the probability lies above this.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" mean-length' -l 'mean-length' -d 'Find the threshold that makes segments of this mean length in units.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" sample' -l 'sample' -d 'Draw starts by their probability instead.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" seed' -l 'seed' -d 'Where random draws begin; same seed, same result.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" m model' -l 'model' -s 'm' -d 'The checkpoint to use. (environment: ZK_MODEL; default: the model that comes with zk)' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'zk\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" input-format' -l 'input-format' -d 'The input\'s format; found by looking at the content by default.' -rfka 'lines jsonl mediawiki'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" document' -l 'document' -d 'What one document is in plain text.' -rfka 'line paragraph whole null'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" text-field' -l 'text-field' -d 'The JSONL field that holds the text.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" invalid' -l 'invalid' -d 'What to do with bad UTF-8 and bad JSON: stop, skip the document, or replace bad bytes.' -rfka 'stop skip replace'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" max-document' -l 'max-document' -d 'The longest document in bytes; longer ones are bad input.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" o output' -l 'output' -s 'o' -d 'Where results go; the file appears when it is complete. A name that ends in .zst is compressed.' -rF
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" zstd' -l 'zstd' -d 'Compress with zstd; --zstd alone means level 3.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors and warnings.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" v verbose' -l 'verbose' -s 'v' -d 'Say more on standard error.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" threads' -l 'threads' -d 'Threads to compute with; results do not depend on it. (environment: ZK_THREADS; default: all processors)' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" progress' -l 'progress' -d 'Progress on standard error: auto shows it on a terminal only.' -rfka 'auto always never'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" version' -l 'version' -d 'Show the version.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" c count' -l 'count' -s 'c' -d 'How many documents.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" steps' -l 'steps' -d 'Denoising steps at the top.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" level' -l 'level' -d 'The level that starts from noise (default: the top).' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" existence-cutoff' -l 'existence-cutoff' -d 'A text ends where existence falls below this.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" max-bytes' -l 'max-bytes' -d 'The longest document.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" format' -l 'format' -d 'Lines of text, newlines inside a document shown as spaces, or JSON objects.' -rfka 'text jsonl'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" seed' -l 'seed' -d 'Where random draws begin; same seed, same result.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" m model' -l 'model' -s 'm' -d 'The checkpoint to use. (environment: ZK_MODEL; default: the model that comes with zk)' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'zk\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" o output' -l 'output' -s 'o' -d 'Where results go; the file appears when it is complete. A name that ends in .zst is compressed.' -rF
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" zstd' -l 'zstd' -d 'Compress with zstd; --zstd alone means level 3.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors and warnings.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" v verbose' -l 'verbose' -s 'v' -d 'Say more on standard error.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" threads' -l 'threads' -d 'Threads to compute with; results do not depend on it. (environment: ZK_THREADS; default: all processors)' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" progress' -l 'progress' -d 'Progress on standard error: auto shows it on a terminal only.' -rfka 'auto always never'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" version' -l 'version' -d 'Show the version.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train"' -l 'corpus' -d 'What to learn from; - is standard input.' -rF
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" o output' -l 'output' -s 'o' -d 'The checkpoint to write.' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'zk\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train"' -l 'valid' -d 'Text to validate on at every save.' -rF
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" preset' -l 'preset' -d 'The size of the model.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" config' -l 'config' -d 'A JSON file of settings over the preset\'s.' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'json\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train"' -l 'set' -d 'One setting, such as levels.0.targetRate=0.2; can be repeated.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" time' -l 'time' -d 'Train this long: 90s, 10m, 2h.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" steps' -l 'steps' -d 'Train this many steps.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" epochs' -l 'epochs' -d 'Read the corpus this many times.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" resume' -l 'resume' -d 'Go on from a checkpoint; --resume alone means the file of --output.' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'zk\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" save-every' -l 'save-every' -d 'Save this often.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" log' -l 'log' -d 'Append one JSON object for every step.' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'jsonl\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" dry-run' -l 'dry-run' -d 'Print what training would cost, measured on two steps, and stop.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" seed' -l 'seed' -d 'Where random draws begin; same seed, same result.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" input-format' -l 'input-format' -d 'The input\'s format; found by looking at the content by default.' -rfka 'lines jsonl mediawiki'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" document' -l 'document' -d 'What one document is in plain text.' -rfka 'line paragraph whole null'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" text-field' -l 'text-field' -d 'The JSONL field that holds the text.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" invalid' -l 'invalid' -d 'What to do with bad UTF-8 and bad JSON: stop, skip the document, or replace bad bytes.' -rfka 'stop skip replace'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" max-document' -l 'max-document' -d 'The longest document in bytes; longer ones are bad input.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors and warnings.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" v verbose' -l 'verbose' -s 'v' -d 'Say more on standard error.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" threads' -l 'threads' -d 'Threads to compute with; results do not depend on it. (environment: ZK_THREADS; default: all processors)' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" progress' -l 'progress' -d 'Progress on standard error: auto shows it on a terminal only.' -rfka 'auto always never'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" version' -l 'version' -d 'Show the version.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk help" version' -l 'version' -d 'Show the version.'
