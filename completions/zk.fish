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
            __zk_parse_subcommand -r 1 'level=' 'format=' 'separator=' 'color=' 'html=' 'threshold=' 'mean-length=' 'sample' 'seed=' 'm/model=' 'arithmetic=' 'input-format=' 'document=' 'text-field=' 'invalid=' 'max-document=' 'batch=' 'o/output=' 'zstd=' 'stats=' 'q/quiet' 'v/verbose' 'threads=' 'progress=' 'version' 'h/help'
        case 'encode'
            __zk_parse_subcommand -r 1 'level=' 'format=' 'precision=' 'm/model=' 'arithmetic=' 'input-format=' 'document=' 'text-field=' 'invalid=' 'max-document=' 'batch=' 'o/output=' 'zstd=' 'stats=' 'q/quiet' 'v/verbose' 'threads=' 'progress=' 'version' 'h/help'
        case 'decode'
            __zk_parse_subcommand -r 1 'infer-starts' 'existence-cutoff=' 'format=' '0' 'm/model=' 'arithmetic=' 'batch=' 'o/output=' 'zstd=' 'q/quiet' 'v/verbose' 'threads=' 'progress=' 'version' 'h/help'
        case 'generate'
            __zk_parse_subcommand -r 1 'infill' 'gap=' 'c/count=' 'steps=' 'level=' 'existence-cutoff=' 'max-bytes=' 'format=' '0' 'seed=' 'm/model=' 'arithmetic=' 'input-format=' 'document=' 'text-field=' 'invalid=' 'max-document=' 'o/output=' 'zstd=' 'q/quiet' 'v/verbose' 'threads=' 'progress=' 'version' 'h/help'
        case 'export'
            __zk_parse_subcommand 1 'o/output=' 'q/quiet' 'version' 'h/help'
        case 'train'
            __zk_parse_subcommand 0 'corpus=+' 'o/output=' 'valid=+' 'preset=' 'config=' 'set=+' 'time=' 'steps=' 'epochs=' 'resume=' 'save-every=' 'log=' 'activation-memory=' 'dry-run' 'seed=' 'input-format=' 'document=' 'text-field=' 'invalid=' 'max-document=' 'q/quiet' 'v/verbose' 'threads=' 'progress=' 'version' 'h/help'
        case 'extract'
            __zk_parse_subcommand -r 1 'format=' '0/null' 'namespace=+' 'redirects' 'min-bytes=' 'input-format=' 'document=' 'text-field=' 'invalid=' 'max-document=' 'o/output=' 'zstd=' 'stats=' 'q/quiet' 'v/verbose' 'threads=' 'progress=' 'version' 'h/help'
        case 'info'
            __zk_parse_subcommand -r 1 'json' 'check' 'version' 'h/help'
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
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk" -eq 1' -fa 'encode' -d 'Encode documents to latents.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk" -eq 1' -fa 'decode' -d 'Decode latents to documents.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk" -eq 1' -fa 'generate' -d 'Generate documents from noise, or fill gaps in given ones.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk" -eq 1' -fa 'export' -d 'Write a model for use, without what only training needs.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk" -eq 1' -fa 'train' -d 'Train a model on a corpus.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk" -eq 1' -fa 'extract' -d 'Extract clean text from a Wikipedia dump.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk" -eq 1' -fa 'info' -d 'Tell what a checkpoint or a latents file is.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk split" -ge 1' -F
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" level' -l 'level' -d 'The level whose segments are printed, from 0; the page of --html shows all levels up to it. (default: 0, and the model\'s top for the page)' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" format' -l 'format' -d 'What is printed: a JSON object a segment, a JSON object a document, the text with separators, or the offsets of starts. (default: jsonl, and text with --color)' -rfka 'jsonl documents text offsets'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" separator' -l 'separator' -d 'What stands between segments with --format text. (default: |, and nothing between colours)' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" color' -l 'color' -d 'Paint --format text by the probability of starts; --color alone means always, auto is for a terminal without NO_COLOR.' -rfka 'auto always never'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" html' -l 'html' -d 'Also write a page that shows the levels nested, for a browser; it holds the first 250 kB of text and appears when the run is complete.' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'html\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" threshold' -l 'threshold' -d 'Start where the probability lies above this.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" mean-length' -l 'mean-length' -d 'Find the threshold that makes segments of this mean length in units.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" sample' -l 'sample' -d 'Draw starts by their probability instead.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" seed' -l 'seed' -d 'Where random draws begin; same seed, same result.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" m model' -l 'model' -s 'm' -d 'The checkpoint to use. (environment: ZK_MODEL; default: the model that comes with zk)' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'zk\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" arithmetic' -l 'arithmetic' -d 'The numbers of matrix products: int16 rounds to 16-bit integers, which is faster; results differ a little.' -rfka 'float32 int16'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" input-format' -l 'input-format' -d 'The input\'s format; found by looking at the content by default.' -rfka 'lines jsonl mediawiki'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" document' -l 'document' -d 'What one document is in plain text.' -rfka 'line paragraph whole null'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" text-field' -l 'text-field' -d 'The JSONL field that holds the text.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" invalid' -l 'invalid' -d 'What to do with bad UTF-8 and bad JSON: stop, skip the document, or replace bad bytes.' -rfka 'stop skip replace'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" max-document' -l 'max-document' -d 'The longest document in bytes, also as 64K, 16M, 1G; longer ones are bad input (default: 16M, and 1G for train and extract, which compute nothing on whole documents).' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" batch' -l 'batch' -d 'Documents to compute together at most: short ones are faster so; results do not depend on it.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" o output' -l 'output' -s 'o' -d 'Where results go; the file appears when it is complete. A name that ends in .zst is compressed.' -rF
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" zstd' -l 'zstd' -d 'Compress with zstd; --zstd alone means level 3.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" stats' -l 'stats' -d 'Write a JSON object that counts what was read, made and skipped; the file appears when the run is complete.' -rF
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors and warnings.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" v verbose' -l 'verbose' -s 'v' -d 'Say more on standard error.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" threads' -l 'threads' -d 'Threads to compute with; results do not depend on it. (environment: ZK_THREADS; default: all processors)' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" progress' -l 'progress' -d 'Progress on standard error: auto shows it on a terminal only.' -rfka 'auto always never'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" version' -l 'version' -d 'Show the version.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk split" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk encode" -ge 1' -F
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" level' -l 'level' -d 'The level whose latents are written (default: the top).' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" format' -l 'format' -d 'The output\'s format. npy and safetensors have their sizes in front: they come when all is read.' -rfka 'jsonl npy safetensors'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" precision' -l 'precision' -d 'Bits of a number.' -rfka 'f32 f16'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" m model' -l 'model' -s 'm' -d 'The checkpoint to use. (environment: ZK_MODEL; default: the model that comes with zk)' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'zk\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" arithmetic' -l 'arithmetic' -d 'The numbers of matrix products: int16 rounds to 16-bit integers, which is faster; results differ a little.' -rfka 'float32 int16'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" input-format' -l 'input-format' -d 'The input\'s format; found by looking at the content by default.' -rfka 'lines jsonl mediawiki'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" document' -l 'document' -d 'What one document is in plain text.' -rfka 'line paragraph whole null'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" text-field' -l 'text-field' -d 'The JSONL field that holds the text.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" invalid' -l 'invalid' -d 'What to do with bad UTF-8 and bad JSON: stop, skip the document, or replace bad bytes.' -rfka 'stop skip replace'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" max-document' -l 'max-document' -d 'The longest document in bytes, also as 64K, 16M, 1G; longer ones are bad input (default: 16M, and 1G for train and extract, which compute nothing on whole documents).' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" batch' -l 'batch' -d 'Documents to compute together at most: short ones are faster so; results do not depend on it.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" o output' -l 'output' -s 'o' -d 'Where results go; the file appears when it is complete. A name that ends in .zst is compressed.' -rF
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" zstd' -l 'zstd' -d 'Compress with zstd; --zstd alone means level 3.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" stats' -l 'stats' -d 'Write a JSON object that counts what was read, made and skipped; the file appears when the run is complete.' -rF
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors and warnings.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" v verbose' -l 'verbose' -s 'v' -d 'Say more on standard error.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" threads' -l 'threads' -d 'Threads to compute with; results do not depend on it. (environment: ZK_THREADS; default: all processors)' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" progress' -l 'progress' -d 'Progress on standard error: auto shows it on a terminal only.' -rfka 'auto always never'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" version' -l 'version' -d 'Show the version.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk encode" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk decode" -ge 1' -F
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk decode" infer-starts' -l 'infer-starts' -d 'Infer where segments start and texts end, even if the latents say it.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk decode" existence-cutoff' -l 'existence-cutoff' -d 'A text whose length is not known ends where existence falls below this.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk decode" format' -l 'format' -d 'Lines of text, newlines inside a document shown as spaces, or a JSON object a document.' -rfka 'text jsonl'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk decode" 0' -s '0' -d 'End documents with NUL instead of a newline, and keep the newlines inside them.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk decode" m model' -l 'model' -s 'm' -d 'The checkpoint to use. (environment: ZK_MODEL; default: the model that comes with zk)' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'zk\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk decode" arithmetic' -l 'arithmetic' -d 'The numbers of matrix products: int16 rounds to 16-bit integers, which is faster; results differ a little.' -rfka 'float32 int16'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk decode" batch' -l 'batch' -d 'Documents to compute together at most: short ones are faster so; results do not depend on it.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk decode" o output' -l 'output' -s 'o' -d 'Where results go; the file appears when it is complete. A name that ends in .zst is compressed.' -rF
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk decode" zstd' -l 'zstd' -d 'Compress with zstd; --zstd alone means level 3.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk decode" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors and warnings.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk decode" v verbose' -l 'verbose' -s 'v' -d 'Say more on standard error.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk decode" threads' -l 'threads' -d 'Threads to compute with; results do not depend on it. (environment: ZK_THREADS; default: all processors)' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk decode" progress' -l 'progress' -d 'Progress on standard error: auto shows it on a terminal only.' -rfka 'auto always never'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk decode" version' -l 'version' -d 'Show the version.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk decode" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk generate" -ge 1' -F
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" infill' -l 'infill' -d 'Read documents and fill the gaps in them.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" gap' -l 'gap' -d 'What marks a gap (default: {{}} or {{n}}).' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" c count' -l 'count' -s 'c' -d 'How many documents (default: 1).' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" steps' -l 'steps' -d 'Denoising steps at the top.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" level' -l 'level' -d 'The level that starts from noise (default: the top).' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" existence-cutoff' -l 'existence-cutoff' -d 'A text ends where existence falls below this.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" max-bytes' -l 'max-bytes' -d 'The longest document.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" format' -l 'format' -d 'Lines of text, newlines inside a document shown as spaces, or a JSON object a document.' -rfka 'text jsonl'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" 0' -s '0' -d 'End documents with NUL instead of a newline, and keep the newlines inside them.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" seed' -l 'seed' -d 'Where random draws begin; same seed, same result.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" m model' -l 'model' -s 'm' -d 'The checkpoint to use. (environment: ZK_MODEL; default: the model that comes with zk)' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'zk\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" arithmetic' -l 'arithmetic' -d 'The numbers of matrix products: int16 rounds to 16-bit integers, which is faster; results differ a little.' -rfka 'float32 int16'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" input-format' -l 'input-format' -d 'The input\'s format; found by looking at the content by default.' -rfka 'lines jsonl mediawiki'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" document' -l 'document' -d 'What one document is in plain text.' -rfka 'line paragraph whole null'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" text-field' -l 'text-field' -d 'The JSONL field that holds the text.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" invalid' -l 'invalid' -d 'What to do with bad UTF-8 and bad JSON: stop, skip the document, or replace bad bytes.' -rfka 'stop skip replace'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" max-document' -l 'max-document' -d 'The longest document in bytes, also as 64K, 16M, 1G; longer ones are bad input (default: 16M, and 1G for train and extract, which compute nothing on whole documents).' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" o output' -l 'output' -s 'o' -d 'Where results go; the file appears when it is complete. A name that ends in .zst is compressed.' -rF
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" zstd' -l 'zstd' -d 'Compress with zstd; --zstd alone means level 3.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors and warnings.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" v verbose' -l 'verbose' -s 'v' -d 'Say more on standard error.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" threads' -l 'threads' -d 'Threads to compute with; results do not depend on it. (environment: ZK_THREADS; default: all processors)' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" progress' -l 'progress' -d 'Progress on standard error: auto shows it on a terminal only.' -rfka 'auto always never'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" version' -l 'version' -d 'Show the version.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk generate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk export" -eq 1' -F
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk export" o output' -l 'output' -s 'o' -d 'Where the model goes; it appears when complete.' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'zk\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk export" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors and warnings.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk export" version' -l 'version' -d 'Show the version.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk export" h help' -s 'h' -l 'help' -d 'Show help information.'
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
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" activation-memory' -l 'activation-memory' -d 'Keep activations while no more than this much memory is in use for them, instead of computing them twice: faster, with the same result. 0 needs the least memory.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" dry-run' -l 'dry-run' -d 'Print what training would cost, measured on two steps, and stop.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" seed' -l 'seed' -d 'Where random draws begin; same seed, same result.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" input-format' -l 'input-format' -d 'The input\'s format; found by looking at the content by default.' -rfka 'lines jsonl mediawiki'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" document' -l 'document' -d 'What one document is in plain text.' -rfka 'line paragraph whole null'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" text-field' -l 'text-field' -d 'The JSONL field that holds the text.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" invalid' -l 'invalid' -d 'What to do with bad UTF-8 and bad JSON: stop, skip the document, or replace bad bytes.' -rfka 'stop skip replace'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" max-document' -l 'max-document' -d 'The longest document in bytes, also as 64K, 16M, 1G; longer ones are bad input (default: 16M, and 1G for train and extract, which compute nothing on whole documents).' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors and warnings.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" v verbose' -l 'verbose' -s 'v' -d 'Say more on standard error.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" threads' -l 'threads' -d 'Threads to compute with; results do not depend on it. (environment: ZK_THREADS; default: all processors)' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" progress' -l 'progress' -d 'Progress on standard error: auto shows it on a terminal only.' -rfka 'auto always never'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" version' -l 'version' -d 'Show the version.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk train" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk extract" -ge 1' -F
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" format' -l 'format' -d 'What is written: a JSON object a document, or its text and a newline.' -rfka 'jsonl text'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" 0 null' -s '0' -l 'null' -d 'End texts with NUL, for --format text.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract"' -l 'namespace' -d 'Namespaces of the pages to keep, as numbers with commas; may be repeated. (default: 0)' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" redirects' -l 'redirects' -d 'Keep pages that only redirect to another.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" min-bytes' -l 'min-bytes' -d 'Leave out documents whose text is shorter.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" input-format' -l 'input-format' -d 'The input\'s format; found by looking at the content by default.' -rfka 'lines jsonl mediawiki'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" document' -l 'document' -d 'What one document is in plain text.' -rfka 'line paragraph whole null'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" text-field' -l 'text-field' -d 'The JSONL field that holds the text.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" invalid' -l 'invalid' -d 'What to do with bad UTF-8 and bad JSON: stop, skip the document, or replace bad bytes.' -rfka 'stop skip replace'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" max-document' -l 'max-document' -d 'The longest document in bytes, also as 64K, 16M, 1G; longer ones are bad input (default: 16M, and 1G for train and extract, which compute nothing on whole documents).' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" o output' -l 'output' -s 'o' -d 'Where results go; the file appears when it is complete. A name that ends in .zst is compressed.' -rF
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" zstd' -l 'zstd' -d 'Compress with zstd; --zstd alone means level 3.' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" stats' -l 'stats' -d 'Write a JSON object that counts what was read, made and skipped; the file appears when the run is complete.' -rF
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors and warnings.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" v verbose' -l 'verbose' -s 'v' -d 'Say more on standard error.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" threads' -l 'threads' -d 'Threads to compute with; results do not depend on it. (environment: ZK_THREADS; default: all processors)' -rfka ''
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" progress' -l 'progress' -d 'Progress on standard error: auto shows it on a terminal only.' -rfka 'auto always never'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" version' -l 'version' -d 'Show the version.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk extract" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'zk' -n '__zk_should_offer_completions_for_positional "zk info" -ge 1' -F
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk info" json' -l 'json' -d 'One JSON object a line for each file.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk info" check' -l 'check' -d 'Verify the whole content.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk info" version' -l 'version' -d 'Show the version.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk info" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'zk' -n '__zk_should_offer_completions_for_flags_or_options "zk help" version' -l 'version' -d 'Show the version.'
