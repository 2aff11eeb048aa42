/**
 * The scripts that shells load. They ask `opencomposer complete`, so they need not be made anew when commands change.
 * It prints a candidate a line, with its description behind a tab, and `:files` where files are candidates, too.
 */

export const shells = ["bash", "zsh"] as const;
export type Shell = (typeof shells)[number];

/** The line that stands for the files of the folder. A candidate never begins with a colon. */
export const filesLine = ":files";

const bash = `# opencomposer: completion for bash. Load it with: source <(opencomposer completion bash)
_opencomposer() {
  local line typed="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ${filesLine} ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$typed")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _opencomposer opencomposer
`;

const zsh = `#compdef opencomposer
# opencomposer: completion for zsh. Load it with: source <(opencomposer completion zsh)
_opencomposer() {
  local line
  local -a described
  for line in "\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == ${filesLine} ]]; then
      _files
    elif [[ -n $line ]]; then
      described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done
  (( \${#described} )) && _describe opencomposer described
}
if [[ \${funcstack[1]} == _opencomposer ]]; then
  _opencomposer "$@"
else
  compdef _opencomposer opencomposer
fi
`;

/** Returns the script of a shell. */
export const completionScript = (shell: Shell): string => (shell === "bash" ? bash : zsh);
