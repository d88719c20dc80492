#!/bin/bash
# Presses TAB in real shells in a terminal of tmux, and looks at what is on the screen then.
#
# usage: completions.sh [bash|zsh|fish]...   every shell that is installed when none is named
set -euo pipefail

completions=$(realpath "$(dirname "$0")/../completions")
work=$(mktemp -d)
tmux() { command tmux -S "$work/socket" -f /dev/null "$@"; }
# The server stays between the sessions.
tmux start-server \; set-option -s exit-empty off
trap 'tmux kill-server 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir "$work/home"
: >"$work/home/model.zk"
: >"$work/home/notes.txt"

# How a shell starts without anybody's settings, and how it learns the completions.
declare -A start=(
  [bash]="bash --noprofile --norc"
  [zsh]="zsh -f"
  [fish]="fish --no-config"
)
declare -A learn=(
  [bash]="PS1='> '; source $completions/zk.bash"
  [zsh]="PS1='> '; fpath=($completions \$fpath); autoload -Uz compinit; compinit -u -D"
  [fish]="function fish_prompt; echo -n '> '; end; source $completions/zk.fish"
)

screen() { tmux capture-pane -p -t zk; }

# Waits up to ten seconds until all words are on the screen.
shows() {
  local word wait
  for ((wait = 0; wait < 100; wait++)); do
    local missing=''
    for word; do grep -qF -- "$word" <<<"$(screen)" || missing=1; done
    [ -n "$missing" ] || return 0
    sleep 0.1
  done
  return 1
}

# press SHELL LINE WORD...: types the line and TAB; all words must appear.
press() {
  local shell=$1 line=$2
  shift 2
  tmux new-session -d -s zk -x 100 -y 40 -c "$work/home" \
    "HOME='$work/home' TERM=screen exec ${start[$shell]}"
  tmux send-keys -t zk -l "${learn[$shell]}; clear"
  tmux send-keys -t zk Enter
  # The prompt stands alone in the first line once the screen has been cleared.
  local wait
  for ((wait = 0; wait < 100; wait++)); do
    [ "$(screen | head -n 1)" != ">" ] || break
    sleep 0.1
  done
  tmux send-keys -t zk -l "$line"
  shows "> ${line% }" || true
  tmux send-keys -t zk Tab
  # The first TAB completes, where there are several ways the second shows them.
  if [ $# -gt 1 ]; then
    sleep 0.3
    tmux send-keys -t zk Tab
  fi
  ran=$((ran + 1))
  if ! shows "$@"; then
    failed=$((failed + 1))
    printf '%s: FAILED: %s TAB does not show: %s\n' "$shell" "$line" "$*"
    screen | sed '/^$/d; s/^/    /'
  fi
  tmux kill-session -t zk
}

failed=0
for shell in "${@:-bash}" $([ $# -gt 0 ] || echo zsh fish); do
  if ! command -v "$shell" >/dev/null; then
    echo "$shell: not installed"
    [ $# -eq 0 ] && continue
    exit 1
  fi
  ran=0
  press "$shell" "zk sp" "> zk split"
  press "$shell" "zk help enc" "> zk help encode"
  press "$shell" "zk train --pre" "> zk train --preset"
  press "$shell" "zk train --preset " tiny small base paper
  press "$shell" "zk train --preset pa" "> zk train --preset paper"
  press "$shell" "zk split --format=t" "> zk split --format=text"
  press "$shell" "zk split --color=a" always auto
  press "$shell" "zk split --color=al" "> zk split --color=always"
  press "$shell" "zk split --arithmetic f" "> zk split --arithmetic float32"
  press "$shell" "zk split --model m" "> zk split --model model.zk"
  # Fish offers files of other kinds too, behind those that fit.
  [ "$shell" = fish ] || press "$shell" "zk split --model " "> zk split --model model.zk"
  press "$shell" "zk split no" "> zk split notes.txt"
  echo "$shell: $ran lines completed"
done
if [ "$failed" -gt 0 ]; then
  echo "$failed failed"
  exit 1
fi
