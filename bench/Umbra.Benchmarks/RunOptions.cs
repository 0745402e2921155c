using System.Globalization;

namespace Umbra.Benchmarks;

/// <summary>What was asked for on the command line.</summary>
/// <param name="Seconds">Measured seconds of each phase.</param>
/// <param name="Repetitions">How often all phases are run, one after the other.</param>
/// <param name="Quality">JPEG quality level the viewers ask for, 0 to 9; TigerVNC's viewer asks for 8.</param>
internal sealed record RunOptions(int Seconds = 8, int Repetitions = 3, int Quality = 8, bool IsJson = false)
{
    /// <summary>Transports of the link between the nodes of the hop.</summary>
    public IReadOnlyList<string> Links { get; init; } = [TwoNodes.Pipe, TwoNodes.Tcp];

    /// <summary>Schemes of the links that are measured by themselves.</summary>
    public IReadOnlyList<string> Wires { get; init; } = ["tcp", "pipe", "netb", "ipx", "spx"];

    public const string Usage = """
        ./run bench [hop] [OPTION...]     what a hop costs: rate and latency through two nodes
        ./run bench serial [OPTION...]    from a key to its pixel over serial lines of 115200 baud, one of them noisy
        ./run bench stuck [OPTION...]     what a viewer that does not read, or hardly, costs the others and the nodes
        ./run bench crowd [OPTION...]     what two hundred shadowers cost the owner of a session on a node of 256 MiB, and who goes when memory is short
        ./run bench fanout [OPTION...]    what each viewer costs Umbra, Xvnc, x11vnc, x0vncserver and a plain relay, beside each other
        ./run bench tree [OPTION...]      what a thousand viewers behind four near nodes cost the target node
        ./run bench link [OPTION...]      how fast bytes go over a link of each driver, beside TLS alone and the kernel's calls alone
        ./run bench loss [OPTION...]      what arrives of a wire's rate where packets are lost; in virtual time, of the options only --output
        ./run bench micro [FILTER...]     micro-benchmarks whose name contains a filter

        --seconds N    measured seconds of each phase (8; fanout 4)
        --repeat N     how often all phases are run, one after the other (3)
        --quality 0-9  JPEG quality level the viewers ask for (8)
        --output json  all figures, for programs

        hop only:
        --link LIST        of pipe and tcp: what links the two nodes (pipe,tcp)

        link only:
        --wire LIST        of tcp, pipe, netb, ipx and spx (all)

        fanout only:
        --workload LIST    of film, video, scroll, office and animation (film)
        --viewers LIST     how many look at once (1,16,64,200)
        --servers LIST     of umbra, xvnc, x11vnc, x0vncserver and relay (all)
        --size WxH         of the desktop (1280x800)
        --encoding NAME    tight-jpeg, or tight for pictures without loss (tight-jpeg)
        --keys N           keys a second that one viewer presses, and sees in the picture (0)
        --slow N           viewers that read 10 KB/s; then all is measured without and with them, in turn (0)
        --stuck N          viewers that ask and never read; in the same way (0)
        --svg FILE         a chart

        ./run bench fanout --workload video --viewers 64 --keys 10                                     key to pixel beside a video
        ./run bench fanout --workload office,video --viewers 1000 --servers umbra                      a thousand viewers of one session
        ./run bench fanout --workload video --viewers 62 --servers umbra --slow 1 --stuck 1            what a slow and a stuck one cost the others
        """;

    /// <param name="options">In: what holds where nothing is said.</param>
    public static bool TryParse(string[] arguments, ref RunOptions options)
    {
        ReadOnlySpan<string> rest = arguments;
        for (; rest.Length >= 2; rest = rest[2..])
        {
            bool isNumber = int.TryParse(rest[1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0;
            RunOptions? next = rest[0] switch
            {
                "--seconds" when isNumber => options with { Seconds = number },
                "--repeat" when isNumber => options with { Repetitions = number },
                "--quality" when isNumber && number <= 9 => options with { Quality = number },
                "--link" when rest[1].Split(',') is var links && links.All(link => link is TwoNodes.Pipe or TwoNodes.Tcp) => options with { Links = [.. links.Distinct()] },
                "--wire" when rest[1].Split(',') is var wires && wires.All(new RunOptions().Wires.Contains) => options with { Wires = [.. wires.Distinct()] },
                "--output" when rest[1] is "json" or "table" => options with { IsJson = rest[1] == "json" },
                _ => null,
            };
            if (next is null)
            {
                break;
            }

            options = next;
        }

        return IsUnderstood(rest);
    }

    /// <param name="rest">What is left of the command line; its beginning is named where there is any.</param>
    public static bool IsUnderstood(ReadOnlySpan<string> rest)
    {
        if (!rest.IsEmpty)
        {
            Console.Error.WriteLine($"./run bench: cannot read '{string.Join(' ', rest[..Math.Min(2, rest.Length)]!)}'; this is what there is:\n");
        }

        return rest.IsEmpty;
    }
}
