using System.Globalization;
using System.IO.Ports;
using System.Net;
using Umbra.Core.Memory;
using Umbra.Transports.Drivers;

namespace Umbra.Transports.Serial;

/// <summary>Tdasync: a serial line, which carries one connection at a time.</summary>
internal sealed class SerialDriver : TransportDriver
{
    private static readonly string[] OptionNames = ["baud", "parity", "stop", "flow", "escape", "pace", "role"];

    public override string Name => "Tdasync";

    public override string Scheme => "async";

    public override string AddressForm => "async:///dev/TTY?baud=RATE";

    public override string Medium => "serial line";

    public override BufferTag Tag => BufferTag.TdAsync;

    /// <summary>About a tenth of a second at the most common rate.</summary>
    public override int MaxTlsRecord => 1024;

    public override bool Owns(EndPoint endPoint) => endPoint is SerialEndPoint;

    public override string? Read(string rest, out TransportAddress? address)
    {
        address = null;
        SerialSettings settings = new();
        LineRole role = LineRole.Auto;
        string? wrong = AddressQuery.Read(rest, OptionNames, out string path, out AddressQuery query)
            ?? WhyNoPath(path)
            ?? ReadSettings(query, ref settings)
            ?? Choose(query, "role", [("auto", LineRole.Auto), ("listen", LineRole.Listen), ("connect", LineRole.Connect)], ref role);
        if (wrong is null)
        {
            string written = path + query.Write(OptionNames);
            string device = OperatingSystem.IsWindows() ? path.TrimStart('/') : path;
            address = new TransportAddress(this, device, 0, new SerialEndPoint(device, settings, role, $"{Scheme}://{written}"), written);
        }

        return wrong;
    }

    public override string? WhyNotListen(TransportAddress address) => address.EndPoint is SerialEndPoint { Role: LineRole.Connect }
        ? $"'{address}': with role=connect this end of the line only connects; the other end listens"
        : null;

    public override string? WhyNotConnect(TransportAddress address) => address.EndPoint is SerialEndPoint { Role: LineRole.Listen }
        ? $"'{address}': with role=listen this end of the line only listens; the other end connects"
        : null;

    /// <summary>The device at the other end of the cable has a name of its own there.</summary>
    public override TransportAddress? ToReachable(TransportAddress listening) => null;

    public override ITransport Open(DriverContext context) => new SerialTransport(context);

    private static string? WhyNoPath(string path) => path.Length < 2 || path[0] != '/' || path.Any(char.IsControl) ? "no path of a device" : null;

    private static string? ReadSettings(AddressQuery query, ref SerialSettings settings)
    {
        int baud = settings.Baud;
        Parity parity = settings.Parity;
        StopBits stop = settings.StopBits;
        FlowControl flow = settings.Flow;
        bool escapes = settings.EscapesFlowControl;
        bool isPaced = settings.IsPaced;
        if (query["baud"] is { } rate
            && (!int.TryParse(rate, NumberStyles.None, CultureInfo.InvariantCulture, out baud) || baud is < SerialSettings.MinBaud or > SerialSettings.MaxBaud))
        {
            return $"baud is a number from {SerialSettings.MinBaud} to {SerialSettings.MaxBaud}";
        }

        string? wrong = Choose(query, "parity", [("none", Parity.None), ("odd", Parity.Odd), ("even", Parity.Even)], ref parity)
            ?? Choose(query, "stop", [("1", StopBits.One), ("2", StopBits.Two)], ref stop)
            ?? Choose(query, "flow", [("none", FlowControl.None), ("rts", FlowControl.Rts), ("xon", FlowControl.Xon)], ref flow)
            ?? Choose(query, "escape", [("on", true), ("off", false)], ref escapes)
            ?? Choose(query, "pace", [("on", true), ("off", false)], ref isPaced);
        settings = new SerialSettings { Baud = baud, Parity = parity, StopBits = stop, Flow = flow, EscapesFlowControl = escapes, IsPaced = isPaced };
        return wrong ?? (flow == FlowControl.Xon && !escapes ? "flow=xon needs escape=on: the line takes XON and XOFF for itself" : null);
    }

    /// <returns>What is wrong; null where one of the choices was made, or none.</returns>
    private static string? Choose<T>(AddressQuery query, string name, (string Word, T Value)[] choices, ref T value)
    {
        if (query[name] is not { } given)
        {
            return null;
        }

        int index = Array.FindIndex(choices, c => c.Word == given);
        if (index < 0)
        {
            return $"{name} is one of {string.Join(", ", choices.Select(c => c.Word))}";
        }

        value = choices[index].Value;
        return null;
    }
}
