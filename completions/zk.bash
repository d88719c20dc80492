#!/bin/bash

__zk_cursor_index_in_current_word() {
    local remaining="${COMP_LINE}"

    local word
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        remaining="${remaining##*([[:space:]])"${word}"*([[:space:]])}"
    done

    local -ir index="$((COMP_POINT - ${#COMP_LINE} + ${#remaining}))"
    if [[ "${index}" -le 0 ]]; then
        printf 0
    else
        printf %s "${index}"
    fi
}

# positional arguments:
#
# - 1: the current (sub)command's count of positional arguments
#
# required variables:
#
# - repeating_flags: the repeating flags that the current (sub)command can accept
# - non_repeating_flags: the non-repeating flags that the current (sub)command can accept
# - repeating_options: the repeating options that the current (sub)command can accept
# - non_repeating_options: the non-repeating options that the current (sub)command can accept
# - positional_number: value ignored
# - unparsed_words: unparsed words from the current command line
#
# modified variables:
#
# - non_repeating_flags: remove flags for this (sub)command that are already on the command line
# - non_repeating_options: remove options for this (sub)command that are already on the command line
# - positional_number: set to the current positional number
# - unparsed_words: remove all flags, options, and option values for this (sub)command
__zk_offer_flags_options() {
    local -ir positional_count="${1}"
    positional_number=0

    local was_flag_option_terminator_seen=false
    local is_parsing_option_value=false

    local -ar unparsed_word_indices=("${!unparsed_words[@]}")
    local -i word_index
    for word_index in "${unparsed_word_indices[@]}"; do
        if "${is_parsing_option_value}"; then
            # This word is an option value:
            # Reset marker for next word iff not currently the last word
            [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]] && is_parsing_option_value=false
            unset "unparsed_words[${word_index}]"
            # Do not process this word as a flag or an option
            continue
        fi

        local word="${unparsed_words["${word_index}"]}"
        if ! "${was_flag_option_terminator_seen}"; then
            case "${word}" in
            --)
                unset "unparsed_words[${word_index}]"
                # by itself -- is a flag/option terminator, but if it is the last word, it is the start of a completion
                if [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]]; then
                    was_flag_option_terminator_seen=true
                fi
                continue
                ;;
            -*)
                # ${word} is a flag or an option
                # If ${word} is an option, mark that the next word to be parsed is an option value
                local option
                for option in "${repeating_options[@]}" "${non_repeating_options[@]}"; do
                    [[ "${word}" = "${option}" ]] && is_parsing_option_value=true && break
                done

                # Remove ${word} from ${non_repeating_flags} or ${non_repeating_options} so it isn't offered again
                local not_found=true
                local -i index
                for index in "${!non_repeating_flags[@]}"; do
                    if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                        unset "non_repeating_flags[${index}]"
                        non_repeating_flags=("${non_repeating_flags[@]}")
                        not_found=false
                        break
                    fi
                done
                if "${not_found}"; then
                    for index in "${!non_repeating_flags[@]}"; do
                        if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                            unset "non_repeating_flags[${index}]"
                            non_repeating_flags=("${non_repeating_flags[@]}")
                            break
                        fi
                    done
                fi
                unset "unparsed_words[${word_index}]"
                continue
                ;;
            esac
        fi

        # ${word} is neither a flag, nor an option, nor an option value
        if [[ "${positional_number}" -lt "${positional_count}" || "${positional_count}" -lt 0 ]]; then
            # ${word} is a positional
            ((positional_number++))
            unset "unparsed_words[${word_index}]"
        else
            if [[ -z "${word}" ]]; then
                # Could be completing a flag, option, or subcommand
                positional_number=-1
            else
                # ${word} is a subcommand or invalid, so stop processing this (sub)command
                positional_number=-2
            fi
            break
        fi
    done

    unparsed_words=("${unparsed_words[@]}")

    if\
        ! "${was_flag_option_terminator_seen}"\
        && ! "${is_parsing_option_value}"\
        && [[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]
    then
        COMPREPLY+=($(compgen -W "${repeating_flags[*]} ${non_repeating_flags[*]} ${repeating_options[*]} ${non_repeating_options[*]}" -- "${cur}"))
    fi
}

__zk_add_completions() {
    local completion
    while IFS='' read -r completion; do
        COMPREPLY+=("${completion}")
    done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
}

__zk_custom_complete() {
    if [[ -n "${cur}" || -z ${COMP_WORDS[${COMP_CWORD}]} || "${COMP_LINE:${COMP_POINT}:1}" != ' ' ]]; then
        local -ar words=("${COMP_WORDS[@]}")
    else
        local -ar words=("${COMP_WORDS[@]::${COMP_CWORD}}" '' "${COMP_WORDS[@]:${COMP_CWORD}}")
    fi

    "${COMP_WORDS[0]}" "${@}" "${words[@]}"
}

_zk() {
    local state
    state="$(shopt -p;shopt -po)"
    trap "${state//$'\n'/;}" RETURN
    shopt -s extglob
    set +o history +o posix

    local -xr SAP_SHELL=bash
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(IFS='.';printf %s "${BASH_VERSINFO[*]}")"
    local -r SAP_SHELL_VERSION

    local -r cur="${2}"
    local -r prev="${3}"

    local -i positional_number
    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")

    local -a repeating_flags=()
    local -a non_repeating_flags=(--version -h --help)
    local -a repeating_options=()
    local -a non_repeating_options=()
    __zk_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    split|encode|decode|generate|export|train|extract|info|help)
        # Offer subcommand argument completions
        "_zk_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'split encode decode generate export train extract info help' -- "${cur}"))
        ;;
    esac
}

_zk_split() {
    repeating_flags=()
    non_repeating_flags=(--sample --quiet -q --verbose -v --version -h --help)
    repeating_options=()
    non_repeating_options=(--level --format --separator --color --html --threshold --mean-length --seed --model -m --arithmetic --input-format --document --text-field --invalid --max-document --batch --output -o --zstd --stats --threads --progress)
    __zk_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--level')
        return
        ;;
    '--format')
        __zk_add_completions -W 'jsonl'$'\n''documents'$'\n''text'$'\n''offsets'
        return
        ;;
    '--separator')
        return
        ;;
    '--color')
        __zk_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '--html')
        __zk_add_completions -o plusdirs -fX '!*.@(html)'
        return
        ;;
    '--threshold')
        return
        ;;
    '--mean-length')
        return
        ;;
    '--seed')
        return
        ;;
    '--model'|'-m')
        __zk_add_completions -o plusdirs -fX '!*.@(zk)'
        return
        ;;
    '--arithmetic')
        __zk_add_completions -W 'float32'$'\n''int16'
        return
        ;;
    '--input-format')
        __zk_add_completions -W 'lines'$'\n''jsonl'$'\n''mediawiki'
        return
        ;;
    '--document')
        __zk_add_completions -W 'line'$'\n''paragraph'$'\n''whole'$'\n''null'
        return
        ;;
    '--text-field')
        return
        ;;
    '--invalid')
        __zk_add_completions -W 'stop'$'\n''skip'$'\n''replace'
        return
        ;;
    '--max-document')
        return
        ;;
    '--batch')
        return
        ;;
    '--output'|'-o')
        __zk_add_completions -f
        return
        ;;
    '--zstd')
        return
        ;;
    '--stats')
        __zk_add_completions -f
        return
        ;;
    '--threads')
        return
        ;;
    '--progress')
        __zk_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __zk_add_completions -f
        return
        ;;
    esac
}

_zk_encode() {
    repeating_flags=()
    non_repeating_flags=(--quiet -q --verbose -v --version -h --help)
    repeating_options=()
    non_repeating_options=(--level --format --precision --model -m --arithmetic --input-format --document --text-field --invalid --max-document --batch --output -o --zstd --stats --threads --progress)
    __zk_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--level')
        return
        ;;
    '--format')
        __zk_add_completions -W 'jsonl'$'\n''npy'$'\n''safetensors'
        return
        ;;
    '--precision')
        __zk_add_completions -W 'f32'$'\n''f16'
        return
        ;;
    '--model'|'-m')
        __zk_add_completions -o plusdirs -fX '!*.@(zk)'
        return
        ;;
    '--arithmetic')
        __zk_add_completions -W 'float32'$'\n''int16'
        return
        ;;
    '--input-format')
        __zk_add_completions -W 'lines'$'\n''jsonl'$'\n''mediawiki'
        return
        ;;
    '--document')
        __zk_add_completions -W 'line'$'\n''paragraph'$'\n''whole'$'\n''null'
        return
        ;;
    '--text-field')
        return
        ;;
    '--invalid')
        __zk_add_completions -W 'stop'$'\n''skip'$'\n''replace'
        return
        ;;
    '--max-document')
        return
        ;;
    '--batch')
        return
        ;;
    '--output'|'-o')
        __zk_add_completions -f
        return
        ;;
    '--zstd')
        return
        ;;
    '--stats')
        __zk_add_completions -f
        return
        ;;
    '--threads')
        return
        ;;
    '--progress')
        __zk_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __zk_add_completions -f
        return
        ;;
    esac
}

_zk_decode() {
    repeating_flags=()
    non_repeating_flags=(--infer-starts -0 --quiet -q --verbose -v --version -h --help)
    repeating_options=()
    non_repeating_options=(--existence-cutoff --format --model -m --arithmetic --batch --output -o --zstd --threads --progress)
    __zk_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--existence-cutoff')
        return
        ;;
    '--format')
        __zk_add_completions -W 'text'$'\n''jsonl'
        return
        ;;
    '--model'|'-m')
        __zk_add_completions -o plusdirs -fX '!*.@(zk)'
        return
        ;;
    '--arithmetic')
        __zk_add_completions -W 'float32'$'\n''int16'
        return
        ;;
    '--batch')
        return
        ;;
    '--output'|'-o')
        __zk_add_completions -f
        return
        ;;
    '--zstd')
        return
        ;;
    '--threads')
        return
        ;;
    '--progress')
        __zk_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __zk_add_completions -f
        return
        ;;
    esac
}

_zk_generate() {
    repeating_flags=()
    non_repeating_flags=(--infill -0 --quiet -q --verbose -v --version -h --help)
    repeating_options=()
    non_repeating_options=(--gap --count -c --steps --level --existence-cutoff --max-bytes --format --seed --model -m --arithmetic --input-format --document --text-field --invalid --max-document --output -o --zstd --threads --progress)
    __zk_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--gap')
        return
        ;;
    '--count'|'-c')
        return
        ;;
    '--steps')
        return
        ;;
    '--level')
        return
        ;;
    '--existence-cutoff')
        return
        ;;
    '--max-bytes')
        return
        ;;
    '--format')
        __zk_add_completions -W 'text'$'\n''jsonl'
        return
        ;;
    '--seed')
        return
        ;;
    '--model'|'-m')
        __zk_add_completions -o plusdirs -fX '!*.@(zk)'
        return
        ;;
    '--arithmetic')
        __zk_add_completions -W 'float32'$'\n''int16'
        return
        ;;
    '--input-format')
        __zk_add_completions -W 'lines'$'\n''jsonl'$'\n''mediawiki'
        return
        ;;
    '--document')
        __zk_add_completions -W 'line'$'\n''paragraph'$'\n''whole'$'\n''null'
        return
        ;;
    '--text-field')
        return
        ;;
    '--invalid')
        __zk_add_completions -W 'stop'$'\n''skip'$'\n''replace'
        return
        ;;
    '--max-document')
        return
        ;;
    '--output'|'-o')
        __zk_add_completions -f
        return
        ;;
    '--zstd')
        return
        ;;
    '--threads')
        return
        ;;
    '--progress')
        __zk_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __zk_add_completions -f
        return
        ;;
    esac
}

_zk_export() {
    repeating_flags=()
    non_repeating_flags=(--quiet -q --version -h --help)
    repeating_options=()
    non_repeating_options=(--output -o)
    __zk_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output'|'-o')
        __zk_add_completions -o plusdirs -fX '!*.@(zk)'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __zk_add_completions -f
        return
        ;;
    esac
}

_zk_train() {
    repeating_flags=()
    non_repeating_flags=(--dry-run --quiet -q --verbose -v --version -h --help)
    repeating_options=(--corpus --valid --set)
    non_repeating_options=(--output -o --preset --config --time --steps --epochs --resume --save-every --log --activation-memory --seed --input-format --document --text-field --invalid --max-document --threads --progress)
    __zk_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--corpus')
        __zk_add_completions -f
        return
        ;;
    '--output'|'-o')
        __zk_add_completions -o plusdirs -fX '!*.@(zk)'
        return
        ;;
    '--valid')
        __zk_add_completions -f
        return
        ;;
    '--preset')
        return
        ;;
    '--config')
        __zk_add_completions -o plusdirs -fX '!*.@(json)'
        return
        ;;
    '--set')
        return
        ;;
    '--time')
        return
        ;;
    '--steps')
        return
        ;;
    '--epochs')
        return
        ;;
    '--resume')
        __zk_add_completions -o plusdirs -fX '!*.@(zk)'
        return
        ;;
    '--save-every')
        return
        ;;
    '--log')
        __zk_add_completions -o plusdirs -fX '!*.@(jsonl)'
        return
        ;;
    '--activation-memory')
        return
        ;;
    '--seed')
        return
        ;;
    '--input-format')
        __zk_add_completions -W 'lines'$'\n''jsonl'$'\n''mediawiki'
        return
        ;;
    '--document')
        __zk_add_completions -W 'line'$'\n''paragraph'$'\n''whole'$'\n''null'
        return
        ;;
    '--text-field')
        return
        ;;
    '--invalid')
        __zk_add_completions -W 'stop'$'\n''skip'$'\n''replace'
        return
        ;;
    '--max-document')
        return
        ;;
    '--threads')
        return
        ;;
    '--progress')
        __zk_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_zk_extract() {
    repeating_flags=()
    non_repeating_flags=(-0 --null --redirects --quiet -q --verbose -v --version -h --help)
    repeating_options=(--namespace)
    non_repeating_options=(--format --min-bytes --input-format --document --text-field --invalid --max-document --output -o --zstd --stats --threads --progress)
    __zk_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--format')
        __zk_add_completions -W 'jsonl'$'\n''text'
        return
        ;;
    '--namespace')
        return
        ;;
    '--min-bytes')
        return
        ;;
    '--input-format')
        __zk_add_completions -W 'lines'$'\n''jsonl'$'\n''mediawiki'
        return
        ;;
    '--document')
        __zk_add_completions -W 'line'$'\n''paragraph'$'\n''whole'$'\n''null'
        return
        ;;
    '--text-field')
        return
        ;;
    '--invalid')
        __zk_add_completions -W 'stop'$'\n''skip'$'\n''replace'
        return
        ;;
    '--max-document')
        return
        ;;
    '--output'|'-o')
        __zk_add_completions -f
        return
        ;;
    '--zstd')
        return
        ;;
    '--stats')
        __zk_add_completions -f
        return
        ;;
    '--threads')
        return
        ;;
    '--progress')
        __zk_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __zk_add_completions -f
        return
        ;;
    esac
}

_zk_info() {
    repeating_flags=()
    non_repeating_flags=(--json --check --version -h --help)
    repeating_options=()
    non_repeating_options=()
    __zk_offer_flags_options -1

    # Offer positional completions
    case "${positional_number}" in
    *)
        __zk_add_completions -f
        return
        ;;
    esac
}

_zk_help() {
    repeating_flags=()
    non_repeating_flags=(--version)
    repeating_options=()
    non_repeating_options=()
    __zk_offer_flags_options -1
}

complete -o filenames -F _zk zk
