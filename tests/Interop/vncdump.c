/*
 * Looks at an RFB server through libvncclient, an implementation that is not ours, and writes the picture it ends up with.
 *
 *   vncdump TARGET OUTPUT [--encodings "tight zrle"] [--quality 0..9 | -1] [--compress 0..9] [--seconds S] [--quiet-ms M] [--updates N]
 *           [--view-only] [--exclusive] [--bits 32|16|8]
 *
 * TARGET is HOST:PORT or the path of a Unix socket. OUTPUT gets the pixels as raw BGRX rows, the fourth byte 0; those of 16 bits (565) and
 * 8 bits (332) with each channel's bits at the top of its byte. It ends when S seconds have passed, or no update has come for M milliseconds after the first one, or N updates have come. Password: environment variable
 * VNC_PASSWORD. Prints WIDTHxHEIGHT UPDATES BYTES LAST, the last being the time of the last update (CLOCK_MONOTONIC, nanoseconds). Exit
 * code 0, 1 could not connect, 2 wrong arguments, 3 the server ended the connection first.
 *
 * Build: gcc -O2 -o vncdump vncdump.c -lvncclient
 */
#define _GNU_SOURCE
#include <rfb/rfbclient.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct options
{
    const char *target, *output, *encodings;
    int quality, compress, seconds, quiet_ms, updates, view_only, exclusive, bits;
};

static long updates_seen;
static long long bytes_read;
static long long last_update_ns;
static int counted_socket = -1;

/* The library reads its socket through these; standing in front of the C library's own, they count. */
ssize_t read(int fd, void *buffer, size_t count)
{
    ssize_t got = syscall(SYS_read, fd, buffer, count);
    if (got > 0 && fd == counted_socket)
        bytes_read += got;
    return got;
}

ssize_t recv(int fd, void *buffer, size_t count, int flags)
{
    ssize_t got = syscall(SYS_recvfrom, fd, buffer, count, flags, NULL, NULL);
    if (got > 0 && fd == counted_socket && !(flags & MSG_PEEK))
        bytes_read += got;
    return got;
}

static long long now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void on_update_finished(rfbClient *client)
{
    (void)client;
    updates_seen++;
    last_update_ns = now_ns();
}

static char *get_password(rfbClient *client)
{
    (void)client;
    const char *password = getenv("VNC_PASSWORD");
    return strdup(password ? password : "");
}

static void log_to_stderr(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
}

static int usage(void)
{
    fprintf(stderr, "usage: vncdump HOST:PORT|SOCKET OUTPUT [--encodings LIST] [--quality N] [--compress N] [--seconds S] [--quiet-ms M]"
                    " [--updates N] [--view-only] [--exclusive] [--bits 32|16|8]\n");
    return 2;
}

static int parse(int count, char **values, struct options *options)
{
    struct { const char *name; int *value; } numbers[] = {
        { "--quality", &options->quality }, { "--compress", &options->compress }, { "--seconds", &options->seconds },
        { "--quiet-ms", &options->quiet_ms }, { "--updates", &options->updates }, { "--bits", &options->bits },
    };
    struct { const char *name; int *value; } switches[] = {
        { "--view-only", &options->view_only }, { "--exclusive", &options->exclusive },
    };
    if (count < 3)
        return 0;
    options->target = values[1];
    options->output = values[2];
    for (int i = 3; i < count; i++) {
        int known = 0;
        for (size_t n = 0; n < sizeof switches / sizeof *switches; n++)
            if (strcmp(values[i], switches[n].name) == 0)
                known = *switches[n].value = 1;
        if (known)
            continue;
        if (i + 1 == count)
            return 0;
        if (strcmp(values[i], "--encodings") == 0) {
            options->encodings = values[++i];
            continue;
        }
        for (size_t n = 0; n < sizeof numbers / sizeof *numbers && !known; n++)
            if (strcmp(values[i], numbers[n].name) == 0) {
                *numbers[n].value = atoi(values[++i]);
                known = 1;
            }
        if (!known)
            return 0;
    }
    return 1;
}

/* Little-endian: 32 bits 0x00RRGGBB (bytes B G R X), 16 bits RRRRRGGGGGGBBBBB, 8 bits RRRGGGBB. */
static void ask_for_format(rfbClient *client, int bits)
{
    int red = bits == 32 ? 8 : bits == 16 ? 5 : 3;
    int green = bits == 32 ? 8 : bits == 16 ? 6 : 3;
    int blue = bits == 32 ? 8 : bits == 16 ? 5 : 2;
    client->format.bitsPerPixel = bits;
    client->format.depth = red + green + blue;
    client->format.bigEndian = FALSE;
    client->format.trueColour = TRUE;
    client->format.redMax = (1 << red) - 1;
    client->format.greenMax = (1 << green) - 1;
    client->format.blueMax = (1 << blue) - 1;
    client->format.redShift = green + blue;
    client->format.greenShift = blue;
    client->format.blueShift = 0;
}

static rfbClient *open_client(const struct options *options)
{
    rfbClient *client = rfbGetClient(8, 3, options->bits / 8);
    if (client == NULL)
        return NULL;
    ask_for_format(client, options->bits);
    client->appData.encodingsString = options->encodings;
    client->appData.enableJPEG = options->quality >= 0;
    client->appData.qualityLevel = options->quality;
    client->appData.compressLevel = options->compress;
    client->appData.shareDesktop = !options->exclusive;
    client->appData.viewOnly = options->view_only;
    client->appData.useRemoteCursor = TRUE; /* else the server draws the cursor into the picture */
    client->canHandleNewFBSize = TRUE;
    client->FinishedFrameBufferUpdate = on_update_finished;
    client->GetPassword = get_password;
    const char *colon = strrchr(options->target, ':');
    if (options->target[0] == '/' || colon == NULL) {
        client->serverHost = strdup(options->target);
    } else {
        client->serverHost = strndup(options->target, colon - options->target);
        client->serverPort = atoi(colon + 1);
    }
    return rfbInitClient(client, NULL, NULL) ? client : NULL; /* frees the client where it fails */
}

static int is_done(const struct options *options, long long start)
{
    long long now = now_ns();
    return now - start >= options->seconds * 1000000000LL
        || (options->updates > 0 && updates_seen >= options->updates)
        || (options->quiet_ms > 0 && updates_seen > 0 && now - last_update_ns >= options->quiet_ms * 1000000LL);
}

/* Returns 0 where the connection ended first. */
static int watch(rfbClient *client, const struct options *options)
{
    long long start = now_ns();
    while (!is_done(options, start)) {
        int ready = WaitForMessage(client, 20000);
        if (ready < 0 || (ready > 0 && !HandleRFBServerMessage(client)))
            return 0;
    }
    return 1;
}

static uint32_t channel(uint32_t pixel, int shift, int max)
{
    uint32_t value = (pixel >> shift & max) << 8;
    return value / (max + 1);
}

static uint32_t to_bgrx(const rfbClient *client, size_t index)
{
    const rfbPixelFormat *format = &client->format;
    uint32_t pixel = 0;
    memcpy(&pixel, client->frameBuffer + index * (format->bitsPerPixel / 8), format->bitsPerPixel / 8);
    return channel(pixel, format->redShift, format->redMax) << 16 | channel(pixel, format->greenShift, format->greenMax) << 8
        | channel(pixel, format->blueShift, format->blueMax);
}

static int write_picture(const rfbClient *client, const char *path)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return 0;
    size_t count = (size_t)client->width * client->height;
    uint32_t *pixels = malloc(count * 4);
    for (size_t i = 0; i < count; i++)
        pixels[i] = to_bgrx(client, i);
    int written = fwrite(pixels, 4, count, file) == count;
    free(pixels);
    return fclose(file) == 0 && written;
}

int main(int count, char **values)
{
    struct options options = { .encodings = "tight zrle hextile copyrect raw", .quality = -1, .compress = 1, .seconds = 10, .bits = 32 };
    if (!parse(count, values, &options) || (options.bits != 32 && options.bits != 16 && options.bits != 8))
        return usage();
    rfbClientLog = rfbClientErr = log_to_stderr;
    rfbClient *client = open_client(&options);
    if (client == NULL)
        return 1;
    counted_socket = client->sock;
    int complete = watch(client, &options);
    if (!write_picture(client, options.output)) {
        perror(options.output);
        return 1;
    }
    printf("%dx%d %ld %lld %lld\n", client->width, client->height, updates_seen, bytes_read, last_update_ns);
    rfbClientCleanup(client);
    return complete ? 0 : 3;
}
