using System.Reflection;
using System.Runtime.Loader;

namespace Umbra.Transports.Drivers;

/// <summary>
/// A folder with files that take the place of drivers of the build, as fixes replace them: <c>Tdtcp.dll</c> holds a class that derives from <see cref="TransportDriver"/> and has
/// that name. A file is read each time its driver is started, so that it can be replaced while that is stopped and all others go on.
/// </summary>
/// <param name="path">Null: there is none, and all drivers are those of the build.</param>
public sealed class DriverFolder(string? path)
{
    /// <summary>Longest file that is loaded, in bytes.</summary>
    public const int MaxFileBytes = 16 * 1024 * 1024;

    /// <summary>What is to work for a driver of the build; null: itself.</summary>
    /// <exception cref="TransportException">There is a file, and it cannot be used, or the folder cannot be looked into; the message says why, and what to do.</exception>
    internal LoadedDriver? Load(TransportDriver driver)
    {
        if (path is null)
        {
            return null;
        }

        string file = Path.Combine(path, $"{driver.Name}.dll");
        AssemblyLoadContext? code = null;
        try
        {
            if (Read(file) is not { } contents)
            {
                return null;
            }

            code = new AssemblyLoadContext(file, isCollectible: true);
            Assembly assembly = code.LoadFromStream(new MemoryStream(contents, writable: false));
            TransportDriver[] found = [.. assembly.GetTypes().Where(IsDriver).Select(type => (TransportDriver)Activator.CreateInstance(type)!).Where(d => d.Name == driver.Name)];
            return found is [var own] && own.Scheme == driver.Scheme
                ? new LoadedDriver(driver, own, DriverFile.Of(assembly, file, contents), code)
                : throw new TransportException(
                    TransportError.Other, $"{file} is not loaded: it must hold one public class that derives from {nameof(TransportDriver)} and is called {driver.Name}, for {driver.Scheme}://");
        }
        catch (Exception exception)
        {
            code?.Unload();
            throw exception as TransportException ?? new TransportException(
                TransportError.Other, $"{file} is not loaded: {Innermost(exception)}; a driver's file has to be built with the version of Umbra that loads it", exception);
        }
    }

    private static bool IsDriver(Type type) => type is { IsPublic: true, IsAbstract: false } && type.IsSubclassOf(typeof(TransportDriver));

    /// <returns>Null where there is no such file.</returns>
    private byte[]? Read(string file)
    {
        try
        {
            // What is checked is what was opened, wherever it is.
            using FileStream stream = File.OpenRead(file);
            if (UnixFile.WhoElseMayChange(stream.SafeFileHandle) is { } who)
            {
                throw new TransportException(TransportError.Denied, $"{file} is not loaded: {who}; what is loaded must be this user's or root's, and so must be all folders it is in, and theirs alone to write");
            }

            if (stream.Length > MaxFileBytes)
            {
                throw new TransportException(TransportError.Other, $"{file} is not loaded: it has {stream.Length} bytes, at most {MaxFileBytes} are taken");
            }

            byte[] contents = new byte[stream.Length];
            stream.ReadExactly(contents);
            return contents;
        }
        catch (FileNotFoundException) when (Directory.Exists(path) && new FileInfo(file).LinkTarget is null)
        {
            return null;
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or (IOException and not TransportException))
        {
            throw new TransportException(TransportException.KindOf(exception), $"{file} is not loaded: {exception.Message}", exception);
        }
    }

    /// <summary>What a class that cannot be loaded or made says is wrapped, by those who would not say it themselves.</summary>
    private static string Innermost(Exception exception) => exception switch
    {
        ReflectionTypeLoadException { LoaderExceptions: [{ } first, ..] } => first.Message,
        { InnerException: { } inner } => Innermost(inner),
        _ => exception.Message,
    };
}
