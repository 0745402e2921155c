using System.Buffers;
using System.Net;
using System.Runtime.Loader;
using Microsoft.AspNetCore.Connections;
using Umbra.Core.Memory;

namespace Umbra.Transports.Drivers;

/// <summary>
/// A driver out of a file, in place of one of the build. The node knows addresses and end points of the build's driver only; between the two they are handed over as text.
/// </summary>
/// <param name="build">Whose place it takes.</param>
/// <param name="code">Given up when the transport is disposed.</param>
internal sealed class LoadedDriver(TransportDriver build, TransportDriver own, DriverFile file, AssemblyLoadContext code)
{
    public TransportDriver Driver => own;

    public DriverFile File => file;

    /// <inheritdoc cref="TransportDriver.Open"/>
    /// <exception cref="TransportException">It does not work here, whatever the reason.</exception>
    public ITransport Open(DriverContext context)
    {
        try
        {
            return new Transport(this, own.Open(context));
        }
        catch (Exception exception)
        {
            Unload();
            throw Failed(exception);
        }
    }

    public void Unload() => code.Unload();

    private string TextOf(EndPoint endPoint) => build.TextOf(endPoint);

    private TransportAddress ToOwn(string text) => Read(own, text);

    private EndPoint ToBuild(EndPoint endPoint) => build.ToListenEndPoint(Read(build, own.TextOf(endPoint)));

    private static TransportAddress Read(TransportDriver driver, string text)
    {
        string scheme = $"{driver.Scheme}://";
        TransportAddress? address = null;
        string? wrong = text.StartsWith(scheme, StringComparison.Ordinal) ? driver.Read(text[scheme.Length..], out address) : $"it does not begin with {scheme}";
        return wrong is null ? address! : throw new TransportException(TransportError.Other, $"the driver does not take '{text}': {wrong}");
    }

    /// <summary>What it throws beyond its contract as it listens or connects, as where it calls what is not there any more, is its failure and nobody else's.</summary>
    private Exception Told(Exception exception) => exception is IOException or AddressInUseException or OperationCanceledException or ObjectDisposedException or QuotaExceededException
        ? exception
        : Failed(exception);

    private TransportException Failed(Exception exception) => exception as TransportException
        ?? new TransportException(TransportException.KindOf(exception), $"{file.Name} {file.Version} failed: {exception.Message}", exception);

    private sealed class Transport(LoadedDriver loaded, ITransport inner) : ITransport
    {
        public async ValueTask<IConnectionListener> ListenAsync(EndPoint endPoint, MemoryPool<byte> memory, CancellationToken cancellationToken)
        {
            try
            {
                EndPoint own = loaded.Driver.ToListenEndPoint(loaded.ToOwn(loaded.TextOf(endPoint)));
                return await Listener.OfAsync(loaded, await inner.ListenAsync(own, memory, cancellationToken));
            }
            catch (Exception exception)
            {
                throw loaded.Told(exception);
            }
        }

        public async ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken)
        {
            try
            {
                return await inner.ConnectAsync(loaded.ToOwn(address.ToString()), cancellationToken);
            }
            catch (Exception exception)
            {
                throw loaded.Told(exception);
            }
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                await inner.DisposeAsync();
            }
            finally
            {
                loaded.Unload();
            }
        }
    }

    private sealed class Listener(LoadedDriver loaded, IConnectionListener inner, EndPoint endPoint) : IConnectionListener
    {
        public EndPoint EndPoint => endPoint;

        public static async ValueTask<Listener> OfAsync(LoadedDriver loaded, IConnectionListener inner)
        {
            try
            {
                return new Listener(loaded, inner, loaded.ToBuild(inner.EndPoint));
            }
            catch
            {
                await inner.DisposeAsync();
                throw;
            }
        }

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            try
            {
                ConnectionContext? connection = await inner.AcceptAsync(cancellationToken);
                if (connection is not null)
                {
                    connection.LocalEndPoint = LocalOf(connection);
                }

                return connection;
            }
            catch (Exception exception)
            {
                throw loaded.Told(exception);
            }
        }

        /// <summary>Which of this machine's addresses was called, where the driver says so in a way that the build understands.</summary>
        private EndPoint LocalOf(ConnectionContext connection)
        {
            try
            {
                return connection.LocalEndPoint is { } local ? loaded.ToBuild(local) : endPoint;
            }
            catch (Exception)
            {
                return endPoint;
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
