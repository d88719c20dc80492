# bash completion for zk, made by "zk --generate-completion-script bash"

# Sets `names` to the options of verb $1.
_zk_names() {
  case $1 in
    split) names='--level --format --separator --null --color --html --threshold --mean-length --sample --seed --model --arithmetic --input-format --document --text-field --id-field --invalid --max-document --allow-skips --keep-fields --first-document --shard --batch --output --zstd --stats --quiet --verbose --threads --progress --version --help' ;;
    encode) names='--level --format --precision --model --arithmetic --input-format --document --text-field --id-field --invalid --max-document --allow-skips --keep-fields --first-document --shard --batch --output --zstd --stats --quiet --verbose --threads --progress --version --help' ;;
    decode) names='--infer-starts --existence-cutoff --format --null --model --arithmetic --batch --output --zstd --quiet --verbose --threads --progress --version --help' ;;
    generate) names='--infill --gap --count --steps --level --existence-cutoff --max-bytes --html --format --null --seed --model --arithmetic --input-format --document --text-field --id-field --invalid --max-document --allow-skips --keep-fields --first-document --output --zstd --quiet --verbose --threads --progress --version --help' ;;
    export) names='--output --lexicon --input-format --document --text-field --id-field --invalid --max-document --quiet --verbose --threads --progress --version --help' ;;
    train) names='--corpus --output --valid --preset --config --set --time --steps --epochs --resume --from --teacher --save-every --log --tensorboard --report --activation-memory --dry-run --seed --input-format --document --text-field --id-field --invalid --max-document --allow-skips --quiet --verbose --threads --progress --version --help' ;;
    extract) names='--format --null --namespace --redirects --min-bytes --templates --holes --variant --keep-fields --sha1 --input-format --document --text-field --id-field --invalid --max-document --allow-skips --shard --output --zstd --stats --quiet --verbose --threads --progress --version --help' ;;
    eval) names='--train --only --max-text --count --generated --format --seed --model --arithmetic --input-format --document --text-field --id-field --invalid --max-document --output --zstd --quiet --verbose --threads --progress --version --help' ;;
    info) names='--json --check --quiet --verbose --version --help' ;;
    '') names='--version --help' ;;
  esac
}

# Sets `kind` and `words` to what option $2 of verb $1 takes; kind is empty for a flag, and
# alone says that the value may be left out.
_zk_value() {
  case "$1 $2" in
    'split --level') kind=none ;;
    'split --format') kind=words words='jsonl documents text offsets' ;;
    'split --separator') kind=none ;;
    'split --color') kind=words words='auto always never' alone=1 ;;
    'split --html') kind=files words='html' ;;
    'split --threshold') kind=none ;;
    'split --mean-length') kind=none ;;
    'split --seed') kind=none ;;
    'split -m'|'split --model') kind=files words='zk' ;;
    'split --arithmetic') kind=words words='auto float32 int8' ;;
    'split --input-format') kind=words words='lines jsonl mediawiki' ;;
    'split --document') kind=words words='line paragraph whole null' ;;
    'split --text-field') kind=none ;;
    'split --id-field') kind=none ;;
    'split --invalid') kind=words words='stop skip replace' ;;
    'split --max-document') kind=none ;;
    'split --first-document') kind=none ;;
    'split --shard') kind=none ;;
    'split --batch') kind=none ;;
    'split -o'|'split --output') kind=files words='' ;;
    'split --zstd') kind=none alone=1 ;;
    'split --stats') kind=files words='' ;;
    'split --threads') kind=none ;;
    'split --progress') kind=words words='auto always never' ;;
    'encode --level') kind=none ;;
    'encode --format') kind=words words='jsonl npy safetensors' ;;
    'encode --precision') kind=words words='f32 f16' ;;
    'encode -m'|'encode --model') kind=files words='zk' ;;
    'encode --arithmetic') kind=words words='auto float32 int8' ;;
    'encode --input-format') kind=words words='lines jsonl mediawiki' ;;
    'encode --document') kind=words words='line paragraph whole null' ;;
    'encode --text-field') kind=none ;;
    'encode --id-field') kind=none ;;
    'encode --invalid') kind=words words='stop skip replace' ;;
    'encode --max-document') kind=none ;;
    'encode --first-document') kind=none ;;
    'encode --shard') kind=none ;;
    'encode --batch') kind=none ;;
    'encode -o'|'encode --output') kind=files words='' ;;
    'encode --zstd') kind=none alone=1 ;;
    'encode --stats') kind=files words='' ;;
    'encode --threads') kind=none ;;
    'encode --progress') kind=words words='auto always never' ;;
    'decode --existence-cutoff') kind=none ;;
    'decode --format') kind=words words='text jsonl' ;;
    'decode -m'|'decode --model') kind=files words='zk' ;;
    'decode --arithmetic') kind=words words='auto float32 int8' ;;
    'decode --batch') kind=none ;;
    'decode -o'|'decode --output') kind=files words='' ;;
    'decode --zstd') kind=none alone=1 ;;
    'decode --threads') kind=none ;;
    'decode --progress') kind=words words='auto always never' ;;
    'generate --gap') kind=none ;;
    'generate -c'|'generate --count') kind=none ;;
    'generate --steps') kind=none ;;
    'generate --level') kind=none ;;
    'generate --existence-cutoff') kind=none ;;
    'generate --max-bytes') kind=none ;;
    'generate --html') kind=files words='html' ;;
    'generate --format') kind=words words='text jsonl' ;;
    'generate --seed') kind=none ;;
    'generate -m'|'generate --model') kind=files words='zk' ;;
    'generate --arithmetic') kind=words words='auto float32 int8' ;;
    'generate --input-format') kind=words words='lines jsonl mediawiki' ;;
    'generate --document') kind=words words='line paragraph whole null' ;;
    'generate --text-field') kind=none ;;
    'generate --id-field') kind=none ;;
    'generate --invalid') kind=words words='stop skip replace' ;;
    'generate --max-document') kind=none ;;
    'generate --first-document') kind=none ;;
    'generate -o'|'generate --output') kind=files words='' ;;
    'generate --zstd') kind=none alone=1 ;;
    'generate --threads') kind=none ;;
    'generate --progress') kind=words words='auto always never' ;;
    'export -o'|'export --output') kind=files words='zk' ;;
    'export --lexicon') kind=files words='' ;;
    'export --input-format') kind=words words='lines jsonl mediawiki' ;;
    'export --document') kind=words words='line paragraph whole null' ;;
    'export --text-field') kind=none ;;
    'export --id-field') kind=none ;;
    'export --invalid') kind=words words='stop skip replace' ;;
    'export --max-document') kind=none ;;
    'export --threads') kind=none ;;
    'export --progress') kind=words words='auto always never' ;;
    'train --corpus') kind=files words='' ;;
    'train -o'|'train --output') kind=files words='zk' ;;
    'train --valid') kind=files words='' ;;
    'train --preset') kind=words words='tiny small base paper' ;;
    'train --config') kind=files words='json' ;;
    'train --set') kind=none ;;
    'train --time') kind=none ;;
    'train --steps') kind=none ;;
    'train --epochs') kind=none ;;
    'train --resume') kind=files words='zk' alone=1 ;;
    'train --from') kind=files words='zk' ;;
    'train --teacher') kind=files words='zk' ;;
    'train --save-every') kind=none ;;
    'train --log') kind=files words='jsonl' ;;
    'train --tensorboard') kind=none ;;
    'train --report') kind=files words='html' ;;
    'train --activation-memory') kind=none ;;
    'train --seed') kind=none ;;
    'train --input-format') kind=words words='lines jsonl mediawiki' ;;
    'train --document') kind=words words='line paragraph whole null' ;;
    'train --text-field') kind=none ;;
    'train --id-field') kind=none ;;
    'train --invalid') kind=words words='stop skip replace' ;;
    'train --max-document') kind=none ;;
    'train --threads') kind=none ;;
    'train --progress') kind=words words='auto always never' ;;
    'extract --format') kind=words words='jsonl text' ;;
    'extract --namespace') kind=none ;;
    'extract --min-bytes') kind=none ;;
    'extract --templates') kind=files words='' ;;
    'extract --holes') kind=words words='keep drop-sentence' ;;
    'extract --variant') kind=none ;;
    'extract --input-format') kind=words words='lines jsonl mediawiki' ;;
    'extract --document') kind=words words='line paragraph whole null' ;;
    'extract --text-field') kind=none ;;
    'extract --id-field') kind=none ;;
    'extract --invalid') kind=words words='stop skip replace' ;;
    'extract --max-document') kind=none ;;
    'extract --shard') kind=none ;;
    'extract -o'|'extract --output') kind=files words='' ;;
    'extract --zstd') kind=none alone=1 ;;
    'extract --stats') kind=files words='' ;;
    'extract --threads') kind=none ;;
    'extract --progress') kind=words words='auto always never' ;;
    'eval --train') kind=files words='' ;;
    'eval --only') kind=words words='boundaries spaces roundtrip stability generation' ;;
    'eval --max-text') kind=none ;;
    'eval -c'|'eval --count') kind=none ;;
    'eval --generated') kind=files words='' ;;
    'eval --format') kind=words words='table json' ;;
    'eval --seed') kind=none ;;
    'eval -m'|'eval --model') kind=files words='zk' ;;
    'eval --arithmetic') kind=words words='auto float32 int8' ;;
    'eval --input-format') kind=words words='lines jsonl mediawiki' ;;
    'eval --document') kind=words words='line paragraph whole null' ;;
    'eval --text-field') kind=none ;;
    'eval --id-field') kind=none ;;
    'eval --invalid') kind=words words='stop skip replace' ;;
    'eval --max-document') kind=none ;;
    'eval -o'|'eval --output') kind=files words='' ;;
    'eval --zstd') kind=none alone=1 ;;
    'eval --threads') kind=none ;;
    'eval --progress') kind=words words='auto always never' ;;
  esac
}

# Sets `files` to 1 if verb $1 reads the files that are named.
_zk_files() {
  case $1 in
    split|encode|decode|generate|export|extract|eval|info) files=1 ;;
  esac
}

_zk() {
  local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local verb='' option='' prefix='' joined='' names='' kind='' words='' alone='' files='' word
  local -i place
  COMPREPLY=()
  for ((place = 1; place < COMP_CWORD; place++)); do
    word=${COMP_WORDS[place]}
    [[ $word == -* ]] && continue
    verb=$word
    break
  done
  if [[ $cur == --*=* ]]; then
    option=${cur%%=*} prefix=${cur%%=*}= joined=1 cur=${cur#*=}
  elif [[ $cur == = ]]; then
    option=$before joined=1 cur=''
  elif [[ $before == = ]]; then
    option=${COMP_WORDS[COMP_CWORD - 2]} joined=1
  elif [[ $before == -* ]]; then
    option=$before
  fi
  [[ -n $option ]] && _zk_value "$verb" "$option"
  if [[ -n $kind && ( -n $joined || -z $alone ) ]]; then
    case $kind in
      words) mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$words" -- "$cur") ;;
      files)
        compopt -o filenames
        mapfile -t COMPREPLY < <(
          [[ -z $words ]] && compgen -P "$prefix" -f -- "$cur"
          for word in $words; do compgen -P "$prefix" -f -X "!*.$word" -- "$cur"; done
          [[ -n $words ]] && compgen -P "$prefix" -d -- "$cur"
        )
        ;;
    esac
  elif [[ $cur == -* ]]; then
    _zk_names "$verb"
    mapfile -t COMPREPLY < <(compgen -W "$names" -- "$cur")
  elif [[ -z $verb || $verb == help ]]; then
    mapfile -t COMPREPLY < <(compgen -W "split encode decode generate export train extract eval info help" -- "$cur")
  else
    _zk_files "$verb"
    [[ -n $files ]] && compopt -o default
  fi
}

complete -F _zk zk
