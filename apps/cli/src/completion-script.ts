/** Shells that can complete the program. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/**
 * The script of a shell. It hands the words on as they were typed, quoted and never evaluated: what stands in `$(…)` must not run because
 * somebody pressed a key.
 *
 * @param name - by which the shell finds the program
 */
export function completionScript(shell: Shell, name: string): string {
  return SCRIPTS[shell](name, `_${name.replaceAll('-', '_')}`)
}

const SCRIPTS: Readonly<Record<Shell, (name: string, called: string) => string>> = {
  // Of bash 3.2 on, which macOS has: neither mapfile nor compopt is needed.
  bash: (name, called) => `# bash completion of ${name}
${called}() {
  local word about current="\${COMP_WORDS[COMP_CWORD]}"
  [[ $current == = ]] && current=
  COMPREPLY=()
  while IFS=$'\\t' read -r word about; do
    case $word in
      :files) while read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current") ;;
      :folders) while read -r word; do COMPREPLY+=("$word"); done < <(compgen -d -- "$current") ;;
      *) COMPREPLY+=("$word"); continue ;;
    esac
    compopt -o filenames 2>/dev/null
  done < <(${name} complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F ${called} ${name}
`,
  zsh: (name) => `#compdef ${name}
# zsh completion of ${name}
_${name}() {
  local line
  local -a offered described
  offered=("\${(@f)$(${name} complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  case $offered[1] in
    :files) _files ;;
    :folders) _files -/ ;;
    *)
      for line in $offered; do
        [[ -n $line ]] && described+=("\${\${line//:/\\\\:}/$'\\t'/:}")
      done
      _describe ${name} described
      ;;
  esac
}
if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`,
  fish: (name, called) => `# fish completion of ${name}
function _${called}
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l offered (${name} complete -- $before[2..-1] "$current" 2>/dev/null)
    switch "$offered[1]"
        case :files
            __fish_complete_path "$current"
        case :folders
            __fish_complete_directories "$current"
        case '*'
            printf '%s\\n' $offered
    end
end
complete -c ${name} -f -a '(_${called})'
`,
}
