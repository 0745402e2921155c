/*
 * Something that moves on an X display: for tests, benchmarks and the demo.
 *
 *   xmove [video|scroll|marker] [--fps N] [--seconds S] [--steps N] [--window WxH+X+Y] [--managed] [--log]
 *
 * video: smooth colours in every pixel; scroll: lines of text running up; marker: a small box on a grid. Every step also draws its number
 * at the top left as black and white squares, the same marker as the test pattern's (PatternMarker.cs): 24 bits of step and a checksum.
 * Covers the whole screen and follows its size, unless --window says otherwise; --managed leaves the window to a window manager.
 * fps 0: as fast as the server draws. SIGUSR1 freezes the picture, a second one lets it go on.
 * Prints "ready WIDTHxHEIGHT", "frozen STEP" and "moving STEP" once the server has drawn that far, "done STEP" at the end;
 * with --log also "step STEP NANOSECONDS" (CLOCK_MONOTONIC) for every step once it is drawn.
 *
 * Build: gcc -O2 -o xmove xmove.c -lX11 -lXext -lm
 */
#define _GNU_SOURCE
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <time.h>

enum mode { VIDEO, SCROLL, MARKER };
enum { PERIOD = 1024, MAX_WIDTH = 8192, LINE = 16, BOX = 48, SQUARE = 8 };

struct options
{
    enum mode mode;
    double fps;
    int seconds, managed, log, has_window, x, y;
    unsigned width, height;
    long steps;
};

struct screen
{
    Display *display;
    Window root, window;
    GC gc;
    XImage *image;
    XShmSegmentInfo shared;
    int is_shared, width, height, box_x, box_y;
};

static uint32_t first_table[PERIOD + MAX_WIDTH], second_table[PERIOD + MAX_WIDTH];
static volatile sig_atomic_t freeze_wanted, end_wanted;

static void on_freeze(int signal_number) { (void)signal_number; freeze_wanted = !freeze_wanted; }
static void on_end(int signal_number) { (void)signal_number; end_wanted = 1; }

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void sleep_until(int64_t when)
{
    struct timespec time = { when / 1000000000LL, when % 1000000000LL };
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

static uint32_t wave(int index, double phase) { return (uint32_t)(63.5 + 63.4 * sin(index * 2 * M_PI / PERIOD + phase)); }

/* Channels stay below 128, so two colours can be added without a carry. */
static void make_tables(void)
{
    for (int i = 0; i < PERIOD + MAX_WIDTH; i++) {
        first_table[i] = wave(i * 2, 0.3) | wave(i, 2.5) << 8 | wave(i * 3, 4.4) << 16;
        second_table[i] = wave(i, 1.1) | wave(i * 3, 3.0) << 8 | wave(i * 2, 5.2) << 16;
    }
}

static int start_of(int y, long step, int slope, int speed, int sway, int rows, int steps)
{
    double angle = 2 * M_PI * y / rows + 2 * M_PI * (step % steps) / steps;
    long start = ((long)slope * y + (long)speed * step + lrint(sway * sin(angle))) % PERIOD;
    return (int)(start < 0 ? start + PERIOD : start);
}

static void free_image(struct screen *screen)
{
    if (screen->image == NULL)
        return;
    if (screen->is_shared) {
        XShmDetach(screen->display, &screen->shared);
        screen->image->data = NULL;
        shmdt(screen->shared.shmaddr);
    }
    XDestroyImage(screen->image);
    screen->image = NULL;
}

static int make_shared_image(struct screen *screen, Visual *visual, int depth)
{
    if (!XShmQueryExtension(screen->display))
        return 0;
    screen->image = XShmCreateImage(screen->display, visual, depth, ZPixmap, NULL, &screen->shared, screen->width, screen->height);
    if (screen->image == NULL)
        return 0;
    screen->shared.shmid = shmget(IPC_PRIVATE, (size_t)screen->image->bytes_per_line * screen->height, IPC_CREAT | 0600);
    if (screen->shared.shmid < 0) {
        XDestroyImage(screen->image);
        return 0;
    }
    screen->shared.shmaddr = screen->image->data = shmat(screen->shared.shmid, NULL, 0);
    screen->shared.readOnly = True;
    XShmAttach(screen->display, &screen->shared);
    XSync(screen->display, False);
    shmctl(screen->shared.shmid, IPC_RMID, NULL); /* goes away with its last user, however that ends */
    return 1;
}

static void make_image(struct screen *screen)
{
    Visual *visual = DefaultVisual(screen->display, DefaultScreen(screen->display));
    int depth = DefaultDepth(screen->display, DefaultScreen(screen->display));
    free_image(screen);
    screen->is_shared = make_shared_image(screen, visual, depth);
    if (!screen->is_shared) {
        char *data = malloc((size_t)screen->width * screen->height * 4);
        screen->image = XCreateImage(screen->display, visual, depth, ZPixmap, 0, data, screen->width, screen->height, 32, 0);
    }
}

static void put(struct screen *screen, int x, int y, unsigned long colour, int width, int height)
{
    XSetForeground(screen->display, screen->gc, colour);
    XFillRectangle(screen->display, screen->window, screen->gc, x, y, width, height);
}

static uint32_t marker_code(long step)
{
    uint32_t number = (uint32_t)step & 0xFFFFFF, crc = 0x5A;
    for (int shift = 16; shift >= 0; shift -= 8) {
        crc ^= number >> shift & 0xFF;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 0x80 ? (crc << 1 ^ 0x07) & 0xFF : crc << 1;
    }
    return number << 8 | crc;
}

static uint32_t marker_pixel(uint32_t code, int x, int y) { return code >> (31 - (y / SQUARE * 16 + x / SQUARE)) & 1 ? 0xFFFFFF : 0; }

static void draw_marker(struct screen *screen, long step)
{
    uint32_t code = marker_code(step);
    for (int i = 0; i < 32; i++)
        put(screen, i % 16 * SQUARE, i / 16 * SQUARE, code >> (31 - i) & 1 ? 0xFFFFFF : 0, SQUARE, SQUARE);
}

static void draw_video(struct screen *screen, long step)
{
    uint32_t code = marker_code(step);
    for (int y = 0; y < screen->height; y++) {
        uint32_t *row = (uint32_t *)(screen->image->data + (size_t)y * screen->image->bytes_per_line);
        const uint32_t *first = first_table + start_of(y, step, 1, 3, 90, 311, 97);
        const uint32_t *second = second_table + start_of(y, step, -2, -5, 140, 433, 71);
        for (int x = 0; x < screen->width; x++)
            row[x] = first[x] + second[x];
        for (int x = 0; y < 2 * SQUARE && x < 16 * SQUARE && x < screen->width; x++)
            row[x] = marker_pixel(code, x, y);
    }
    if (screen->is_shared)
        XShmPutImage(screen->display, screen->window, screen->gc, screen->image, 0, 0, 0, 0, screen->width, screen->height, False);
    else
        XPutImage(screen->display, screen->window, screen->gc, screen->image, 0, 0, 0, 0, screen->width, screen->height);
}

static void draw_scroll(struct screen *screen, long step)
{
    static const char *words[] = { "session", "opened", "viewer", "joined", "frame", "sent", "input", "released" };
    char text[200];
    int top = 2 * SQUARE, bottom = screen->height - LINE;
    XCopyArea(screen->display, screen->window, screen->window, screen->gc, 0, top + LINE, screen->width, bottom - top - LINE, 0, top);
    put(screen, 0, bottom - LINE, 0xFFFFFF, screen->width, 2 * LINE);
    unsigned long hash = (unsigned long)step * 2654435761u;
    int length = snprintf(text, sizeof text, "%08ld %s %s %s %s %s %lx", step, words[hash & 7], words[hash >> 4 & 7], words[hash >> 8 & 7],
        words[hash >> 12 & 7], words[hash >> 16 & 7], hash);
    XSetForeground(screen->display, screen->gc, 0x202428);
    for (int x = 8; x < screen->width; x += 420)
        XDrawString(screen->display, screen->window, screen->gc, x, bottom - 4, text, length);
    draw_marker(screen, step);
}

static int bounce(long distance, int length)
{
    if (length <= 0)
        return 0;
    int place = (int)(distance % (2L * length));
    return place <= length ? place : 2 * length - place;
}

static void draw_box(struct screen *screen, long step)
{
    int top = 2 * SQUARE;
    put(screen, screen->box_x, screen->box_y, 0x303840, BOX, BOX);
    screen->box_x = bounce(step * 7, screen->width - BOX);
    screen->box_y = top + bounce(step * 5, screen->height - BOX - top);
    put(screen, screen->box_x, screen->box_y, 0xE8A020, BOX, BOX);
    draw_marker(screen, step);
}

static void draw_step(struct screen *screen, enum mode mode, long step)
{
    if (mode == VIDEO)
        draw_video(screen, step);
    else if (mode == SCROLL)
        draw_scroll(screen, step);
    else
        draw_box(screen, step);
}

static void clear(struct screen *screen, enum mode mode)
{
    screen->box_x = screen->box_y = 2 * SQUARE;
    put(screen, 0, 0, mode == SCROLL ? 0xFFFFFF : 0x303840, screen->width, screen->height);
    if (mode == VIDEO)
        make_image(screen);
}

static void resize(struct screen *screen, enum mode mode, int width, int height)
{
    width = width > MAX_WIDTH ? MAX_WIDTH : width;
    if (width == screen->width && height == screen->height)
        return;
    screen->width = width;
    screen->height = height;
    clear(screen, mode);
}

static void handle_events(struct screen *screen, const struct options *options)
{
    while (XPending(screen->display)) {
        XEvent event;
        XNextEvent(screen->display, &event);
        if (event.type != ConfigureNotify)
            continue;
        if (event.xconfigure.window == screen->window)
            resize(screen, options->mode, event.xconfigure.width, event.xconfigure.height);
        else if (event.xconfigure.window == screen->root && !options->has_window)
            XResizeWindow(screen->display, screen->window, event.xconfigure.width, event.xconfigure.height);
    }
}

static int open_window(struct screen *screen, struct options *options)
{
    screen->display = XOpenDisplay(NULL);
    if (screen->display == NULL) {
        fprintf(stderr, "xmove: cannot open display %s\n", getenv("DISPLAY") ? getenv("DISPLAY") : "(DISPLAY is not set)");
        return 0;
    }
    XWindowAttributes root;
    screen->root = DefaultRootWindow(screen->display);
    XGetWindowAttributes(screen->display, screen->root, &root);
    if (root.depth != 24) {
        fprintf(stderr, "xmove: needs a screen of depth 24\n");
        return 0;
    }
    if (!options->has_window) {
        options->width = root.width;
        options->height = root.height;
    }
    XSelectInput(screen->display, screen->root, StructureNotifyMask);
    XSetWindowAttributes attributes = { .override_redirect = !options->managed, .event_mask = StructureNotifyMask };
    screen->window = XCreateWindow(screen->display, screen->root, options->x, options->y, options->width, options->height, 0,
        CopyFromParent, InputOutput, CopyFromParent, CWOverrideRedirect | CWEventMask, &attributes);
    XStoreName(screen->display, screen->window, "xmove");
    XMapRaised(screen->display, screen->window);
    for (XEvent event = { 0 }; event.type != MapNotify;)
        XNextEvent(screen->display, &event);
    screen->gc = XCreateGC(screen->display, screen->window, 0, NULL);
    XSetGraphicsExposures(screen->display, screen->gc, False);
    resize(screen, options->mode, options->width, options->height);
    XSync(screen->display, False);
    return 1;
}

static int parse(int count, char **values, struct options *options)
{
    for (int i = 1; i < count; i++) {
        const char *value = values[i];
        int has_next = i + 1 < count;
        if (strcmp(value, "video") == 0)
            options->mode = VIDEO;
        else if (strcmp(value, "scroll") == 0)
            options->mode = SCROLL;
        else if (strcmp(value, "marker") == 0)
            options->mode = MARKER;
        else if (strcmp(value, "--managed") == 0)
            options->managed = 1;
        else if (strcmp(value, "--log") == 0)
            options->log = 1;
        else if (strcmp(value, "--fps") == 0 && has_next)
            options->fps = atof(values[++i]);
        else if (strcmp(value, "--seconds") == 0 && has_next)
            options->seconds = atoi(values[++i]);
        else if (strcmp(value, "--steps") == 0 && has_next)
            options->steps = atol(values[++i]);
        else if (strcmp(value, "--window") == 0 && has_next)
            options->has_window = sscanf(values[++i], "%ux%u+%d+%d", &options->width, &options->height, &options->x, &options->y) == 4;
        else
            return 0;
    }
    return 1;
}

/* Waits while frozen, answering events; says so once the server has drawn everything. */
static void stay_frozen(struct screen *screen, const struct options *options, long step)
{
    printf("frozen %ld\n", step);
    while (freeze_wanted && !end_wanted) {
        sleep_until(now_ns() + 10000000);
        handle_events(screen, options);
    }
    printf("moving %ld\n", step);
}

static long run(struct screen *screen, const struct options *options)
{
    int64_t start = now_ns(), next = start;
    long step = 0;
    while (!end_wanted && (options->steps == 0 || step < options->steps)
        && (options->seconds == 0 || now_ns() - start < options->seconds * 1000000000LL)) {
        handle_events(screen, options);
        draw_step(screen, options->mode, ++step);
        XSync(screen->display, False);
        if (options->log)
            printf("step %ld %lld\n", step, (long long)now_ns());
        if (freeze_wanted)
            stay_frozen(screen, options, step);
        if (options->fps > 0) {
            next += (int64_t)(1e9 / options->fps);
            int64_t now = now_ns();
            next = next < now ? now : next; /* steps missed are not made up for */
            sleep_until(next);
        }
    }
    return step;
}

int main(int count, char **values)
{
    struct options options = { .mode = VIDEO, .fps = 30 };
    if (!parse(count, values, &options)) {
        fprintf(stderr, "usage: xmove [video|scroll|marker] [--fps N] [--seconds S] [--steps N] [--window WxH+X+Y] [--managed] [--log]\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGUSR1, on_freeze);
    signal(SIGTERM, on_end);
    signal(SIGINT, on_end);
    make_tables();
    struct screen screen = { 0 };
    if (!open_window(&screen, &options))
        return 1;
    printf("ready %dx%d\n", screen.width, screen.height);
    printf("done %ld\n", run(&screen, &options));
    free_image(&screen);
    XCloseDisplay(screen.display);
    return 0;
}
