# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of conq for bash.

# The names in the Procfile that the words typed so far choose.
_conq_names() {
  local file=Procfile root='' i
  for ((i = 2; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -f | --procfile) file=${COMP_WORDS[i + 1]} ;;
      -d | --root) root=${COMP_WORDS[i + 1]} ;;
    esac
  done
  [[ -n $root && $file == Procfile ]] && file=$root/Procfile
  # A ~ is still a ~ here.
  sed -n 's/^[[:blank:]]*\([A-Za-z0-9_-]\{1,\}\)[[:blank:]]*:.*/\1/p' "${file/#~\//$HOME/}" 2>/dev/null
}

# Offers those of the words in $1 that begin as the word at the cursor.
_conq_offer() {
  local IFS=$' \t\n'
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}")
}

_conq_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$@" -- "${COMP_WORDS[COMP_CWORD]}")
}

# The place of run's CMD among the words, 0 if the cursor is before it.
_conq_command_at() {
  local i
  for ((i = 2; i <= COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --) echo $((i < COMP_CWORD ? i + 1 : 0)); return ;;
      --cols | --rows | --record) ((i++)) ;;
      -*) ;;
      *) echo "$i"; return ;;
    esac
  done
  echo 0
}

_conq_run() {
  local at
  at=$(_conq_command_at)
  if ((at > 0)); then
    if declare -F _command_offset >/dev/null; then
      _command_offset "$at"
    elif ((at == COMP_CWORD)); then
      _conq_files -c
    else
      _conq_files -f
    fi
    return
  fi
  case ${COMP_WORDS[COMP_CWORD - 1]} in
    --cols | --rows) ;;
    --record) _conq_files -f ;;
    *) _conq_offer '--cols --rows --record --overwrite --help --' ;;
  esac
}

_conq_up() {
  case ${COMP_WORDS[COMP_CWORD - 1]} in
    -f | --procfile | -e | --env) _conq_files -f ;;
    -d | --root) _conq_files -d ;;
    -m | --formation)
      compopt -o nospace 2>/dev/null
      _conq_offer "$(_conq_names | sed 's/$/=/') all="
      ;;
    -p | --port | -t | --timeout) ;;
    --color) _conq_offer 'auto always never' ;;
    *)
      if [[ ${COMP_WORDS[COMP_CWORD]} == -* ]]; then
        _conq_offer '--procfile --root --env --formation --port --timeout --keep-going
          --timestamps --raw --color --help'
      else
        _conq_offer "$(_conq_names)"
      fi
      ;;
  esac
}

_conq() {
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _conq_offer 'run up --help --version'
    return
  fi
  case ${COMP_WORDS[1]} in
    run) _conq_run ;;
    up) _conq_up ;;
  esac
}

complete -F _conq conq
