using Umbra.Core.Rfb;

namespace Umbra.Core.Codecs;

/// <summary>
/// The converters an encoder or decoder used last: a session has a handful of formats, whatever its viewers ask for over time.
/// </summary>
internal sealed class PixelConverterCache(PixelPacking packing)
{
    private readonly (PixelFormat Format, PixelConverter? Converter)[] _entries = new (PixelFormat, PixelConverter?)[4];
    private int _next;

    public PixelConverter Get(in PixelFormat format)
    {
        foreach ((PixelFormat known, PixelConverter? converter) in _entries)
        {
            if (converter is not null && known == format)
            {
                return converter;
            }
        }

        PixelConverter created = PixelConverter.Create(format, packing);
        _entries[_next] = (format, created);
        _next = (_next + 1) % _entries.Length;
        return created;
    }
}
