using System.CommandLine;

namespace Umbra.Commands;

/// <summary><c>umbra completion bash|zsh|fish</c>: a script for the shell, which asks the program itself for words.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # umbra completion for bash. In ~/.bashrc: source <(umbra completion bash)
        _umbra() {
            local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} args IFS=$'\n'
            args=${line#*[[:space:]]}
            [[ $line == *[[:space:]]* ]] || return
            # bash cuts words at : and @ but the program does not: complete what follows the last cut.
            local cut=${args##*[[:space:]]}
            COMPREPLY=($(umbra "[suggest:${#args}]" "$args" 2>/dev/null | grep -v '^/'))
            COMPREPLY=($(compgen -W "${COMPREPLY[*]}" -- "$cut"))
            [[ $cut == "$word" ]] || COMPREPLY=("${COMPREPLY[@]#"${cut%"$word"}"}")
        }
        complete -o default -F _umbra umbra
        """;

    private const string Zsh = """
        #compdef umbra
        # umbra completion for zsh. In ~/.zshrc, after compinit: source <(umbra completion zsh)
        _umbra() {
            local args="${LBUFFER#*[[:space:]]}"
            local -a words_
            words_=("${(@f)$(umbra "[suggest:${#args}]" "$args" 2>/dev/null | grep -v '^/')}")
            compadd -a words_
        }
        compdef _umbra umbra
        """;

    private const string Fish = """
        # umbra completion for fish. In ~/.config/fish/config.fish: umbra completion fish | source
        function __umbra_complete
            set -l args (commandline -cp | string replace -r '^\S+\s' '')
            umbra "[suggest:"(string length -- "$args")"]" "$args" 2>/dev/null | string match -v '/*'
        end
        complete -c umbra -f -a '(__umbra_complete)'
        """;

    public static Command Create(CommandScope scope)
    {
        Argument<string> shell = new("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        Command command = new("completion", "Print a completion script for your shell") { shell };
        command.SetAction(arguments =>
        {
            scope.Environment.Out.WriteLine(arguments.GetRequiredValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return ExitCodes.Ok;
        });
        return command;
    }
}
