/*
 * Something that moves on an X display: for tests, benchmarks and the demo.
 *
 *   xmove [video|scroll|marker|film|office|animation] [--fps N | --keys] [--echo] [--seconds S] [--steps N] [--window WxH+X+Y] [--managed] [--log]
 *
 * video: smooth colours in every pixel; scroll: lines of text running up, as a terminal does; marker: a small box on a grid;
 * film: a camera over a photograph's kind of detail, with things moving before it; office: somebody writes, the caret blinks, menus open;
 * animation: pages of flat colours sliding over the whole screen. Every step also draws its number
 * at the top left as black and white squares, the same marker as the test pattern's (PatternMarker.cs): 24 bits of step and a checksum.
 * Covers the whole screen and follows its size, unless --window says otherwise; --managed leaves the window to a window manager.
 * fps 0: as fast as the server draws; --keys: takes the keyboard, and draws a step for each key that is pressed; --echo: takes the keyboard, and
 * draws at once, whatever else moves, how many keys were pressed, as a second marker right of the first. SIGUSR1 freezes the picture, a second one lets it go on.
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
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <time.h>

enum mode { VIDEO, SCROLL, MARKER, FILM, OFFICE, ANIMATION, MODES };
enum { PERIOD = 1024, MAX_WIDTH = 8192, LINE = 16, BOX = 48, SQUARE = 8, TEXTURE = 2048, MARKER_WIDTH = 16 * SQUARE, MARKER_HEIGHT = 2 * SQUARE };

static const char *const mode_names[MODES] = { "video", "scroll", "marker", "film", "office", "animation" };

struct options
{
    enum mode mode;
    double fps;
    int seconds, keys, echo, managed, log, has_window, x, y;
    unsigned width, height;
    long steps;
};

struct screen
{
    Display *display;
    Window root, window;
    Drawable target; /* what is drawn on: the window, or what is shown at the end of a step */
    Pixmap back;
    GC gc;
    XImage *image;
    XShmSegmentInfo shared;
    int is_shared, width, height, box_x, box_y, echo, keys_pressed;
};

static uint32_t first_table[PERIOD + MAX_WIDTH], second_table[PERIOD + MAX_WIDTH];
static uint32_t *texture; /* TEXTURE by TEXTURE, its edges fit together */
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

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    return *state ^= *state << 5;
}

/* Adds detail of one size: random values at the corners of cells, blended between them. */
static void add_detail(float *light, int cell, float strength, uint32_t *state)
{
    int cells = TEXTURE / cell;
    float *corners = malloc(sizeof(float) * cells * cells);
    for (int i = 0; i < cells * cells; i++)
        corners[i] = strength * ((next_random(state) & 0xFFFF) / 32768.0f - 1);
    for (int y = 0; y < TEXTURE; y++) {
        const float *above = corners + y / cell * cells, *below = corners + (y / cell + 1) % cells * cells;
        float down = (float)(y % cell) / cell;
        for (int x = 0; x < TEXTURE; x++) {
            int left = x / cell, right = (left + 1) % cells;
            float across = (float)(x % cell) / cell;
            float high = above[left] + (above[right] - above[left]) * across, low = below[left] + (below[right] - below[left]) * across;
            light[(size_t)y * TEXTURE + x] += high + (low - high) * down;
        }
    }
    free(corners);
}

static uint32_t within_byte(int value) { return (uint32_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

/* A disc of one colour, lit from one side, over what is there. */
static void add_disc(int radius, uint32_t *state)
{
    int centre_x = next_random(state) % TEXTURE, centre_y = next_random(state) % TEXTURE, colour[3];
    int grey = 40 + next_random(state) % 150;
    for (int i = 0; i < 3; i++)
        colour[i] = grey - 30 + (int)(next_random(state) % 60);
    for (int y = -radius; y <= radius; y++) {
        int half = (int)sqrt((double)radius * radius - (double)y * y);
        uint32_t *row = texture + (size_t)((centre_y + y) & (TEXTURE - 1)) * TEXTURE;
        for (int x = -half; x <= half; x++) {
            int lit = 256 + 64 * (x + y) / radius;
            uint32_t *pixel = &row[(centre_x + x) & (TEXTURE - 1)];
            *pixel = 0;
            for (int i = 0; i < 3; i++)
                *pixel = *pixel << 8 | within_byte(colour[i] * lit / 256);
        }
    }
}

static uint32_t lighten(uint32_t colour, int light)
{
    uint32_t result = 0;
    for (int shift = 0; shift <= 16; shift += 8)
        result |= within_byte((int)(colour >> shift & 0xFF) + light) << shift;
    return result;
}

/* What photographs have in common: things of every size that hide each other, about as much contrast at every size, and grain. */
static void make_texture(void)
{
    enum { DISCS = 900 };
    uint32_t state = 0x51C0FFEE;
    float *light = calloc((size_t)TEXTURE * TEXTURE, sizeof(float));
    texture = calloc((size_t)TEXTURE * TEXTURE, sizeof(uint32_t));
    for (int i = 0; i < DISCS; i++)
        add_disc(10 + (int)(280 * pow(1 - i / (double)DISCS, 3)), &state);
    for (int cell = 512; cell >= 2; cell /= 2)
        add_detail(light, cell, 8, &state);
    for (size_t i = 0; i < (size_t)TEXTURE * TEXTURE; i++)
        texture[i] = lighten(texture[i], (int)lrintf(light[i]) + (int)(next_random(&state) % 5) - 2);
    free(light);
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
    XFillRectangle(screen->display, screen->target, screen->gc, x, y, width, height);
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

static void draw_number(struct screen *screen, int left, long number)
{
    uint32_t code = marker_code(number);
    for (int i = 0; i < 32; i++)
        put(screen, left + i % 16 * SQUARE, i / 16 * SQUARE, code >> (31 - i) & 1 ? 0xFFFFFF : 0, SQUARE, SQUARE);
}

static void draw_echo(struct screen *screen) { draw_number(screen, MARKER_WIDTH, screen->keys_pressed); }

static void draw_marker(struct screen *screen, long step)
{
    draw_number(screen, 0, step);
    if (screen->echo)
        draw_echo(screen);
}

static void write_number(struct screen *screen, int left, long number)
{
    uint32_t code = marker_code(number);
    for (int y = 0; y < MARKER_HEIGHT && y < screen->height; y++) {
        uint32_t *row = (uint32_t *)(screen->image->data + (size_t)y * screen->image->bytes_per_line);
        for (int x = 0; x < MARKER_WIDTH && left + x < screen->width; x++)
            row[left + x] = marker_pixel(code, x, y);
    }
}

static void show_image(struct screen *screen, long step)
{
    write_number(screen, 0, step);
    if (screen->echo)
        write_number(screen, MARKER_WIDTH, screen->keys_pressed);
    if (screen->is_shared)
        XShmPutImage(screen->display, screen->window, screen->gc, screen->image, 0, 0, 0, 0, screen->width, screen->height, False);
    else
        XPutImage(screen->display, screen->window, screen->gc, screen->image, 0, 0, 0, 0, screen->width, screen->height);
}

static void draw_video(struct screen *screen, long step)
{
    for (int y = 0; y < screen->height; y++) {
        uint32_t *row = (uint32_t *)(screen->image->data + (size_t)y * screen->image->bytes_per_line);
        const uint32_t *first = first_table + start_of(y, step, 1, 3, 90, 311, 97);
        const uint32_t *second = second_table + start_of(y, step, -2, -5, 140, 433, 71);
        for (int x = 0; x < screen->width; x++)
            row[x] = first[x] + second[x];
    }
    show_image(screen, step);
}

static void copy_texture(uint32_t *to, long x, long y, int count)
{
    const uint32_t *row = texture + (size_t)(y & (TEXTURE - 1)) * TEXTURE;
    while (count > 0) {
        int start = (int)(x & (TEXTURE - 1)), length = TEXTURE - start < count ? TEXTURE - start : count;
        memcpy(to, row + start, sizeof(uint32_t) * length);
        to += length;
        x += length;
        count -= length;
    }
}

static int bounce(long distance, int length)
{
    if (length <= 0)
        return 0;
    int place = (int)(distance % (2L * length));
    return place <= length ? place : 2 * length - place;
}

/* A disc of the texture from elsewhere, which moves otherwise than the camera. */
static void draw_thing(struct screen *screen, long step, int number)
{
    int radius = screen->height / 6;
    int centre_x = radius + bounce(step * (5 + 3 * number) + 400 * number, screen->width - 2 * radius);
    int centre_y = radius + bounce(step * (4 + number) + 170 * number, screen->height - 2 * radius);
    for (int y = -radius; y <= radius && screen->width > 2 * radius; y++) {
        int half = (int)sqrt((double)radius * radius - (double)y * y);
        uint32_t *row = (uint32_t *)(screen->image->data + (size_t)(centre_y + y) * screen->image->bytes_per_line);
        copy_texture(row + centre_x - half, 700L * number - half, 500L * number + y, 2 * half);
    }
}

static void draw_film(struct screen *screen, long step)
{
    long left = step * 3 + lrint(60 * sin(step * 0.05)), top = step + lrint(90 * sin(step * 0.03));
    for (int y = 0; y < screen->height; y++)
        copy_texture((uint32_t *)(screen->image->data + (size_t)y * screen->image->bytes_per_line), left, top + y, screen->width);
    for (int number = 1; number <= 3; number++)
        draw_thing(screen, step, number);
    show_image(screen, step);
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

static void draw_box(struct screen *screen, long step)
{
    int top = 2 * SQUARE;
    put(screen, screen->box_x, screen->box_y, 0x303840, BOX, BOX);
    screen->box_x = bounce(step * 7, screen->width - BOX);
    screen->box_y = top + bounce(step * 5, screen->height - BOX - top);
    put(screen, screen->box_x, screen->box_y, 0xE8A020, BOX, BOX);
    draw_marker(screen, step);
}

static void draw_text(struct screen *screen, int x, int y, const char *text, int length)
{
    XSetForeground(screen->display, screen->gc, 0x202428);
    XDrawString(screen->display, screen->target, screen->gc, x, y, text, length);
}

enum { PAGE_LEFT = 160, PAGE_TOP = 80, LETTER = 6, MENU_WIDTH = 200, MENU_ITEMS = 12, MENU_ITEM = 20, CYCLE = 80, WRITING = 56 };

static void clear_office(struct screen *screen)
{
    put(screen, 0, 0, 0xD0D4D8, screen->width, screen->height);
    for (int x = 8; x < screen->width - 100; x += 110) {
        put(screen, x, 36, 0xB8C4D0, 100, 28);
        draw_text(screen, x + 20, 54, "command", 7);
    }
    put(screen, PAGE_LEFT, PAGE_TOP, 0xFFFFFF, screen->width - 2 * PAGE_LEFT, screen->height - PAGE_TOP);
}

/* Rests in the menu's place what it hides; then highlights one item after the other. */
static void draw_menu(struct screen *screen, long step)
{
    static const char *items[] = { "Open", "Save", "Print", "Search", "Replace", "Copy", "Paste", "Insert", "Table", "Picture", "Export", "Close" };
    int time = (int)(step % CYCLE) - WRITING, x = 8 + 110 * (int)(step / CYCLE % 6), y = 64;
    if (time == 0)
        XCopyArea(screen->display, screen->window, screen->back, screen->gc, x, y, MENU_WIDTH, MENU_ITEMS * MENU_ITEM, 0, 0);
    for (int i = 0; i < MENU_ITEMS; i++) {
        if (time > 0 && i != time / 2 && i != time / 2 - 1)
            continue;
        put(screen, x, y + i * MENU_ITEM, i == time / 2 ? 0x80B0E8 : 0xF0F2F4, MENU_WIDTH, MENU_ITEM);
        draw_text(screen, x + 12, y + i * MENU_ITEM + 14, items[i], (int)strlen(items[i]));
    }
    if (step % CYCLE == CYCLE - 1)
        XCopyArea(screen->display, screen->back, screen->window, screen->gc, 0, 0, MENU_WIDTH, MENU_ITEMS * MENU_ITEM, x, y);
}

static void draw_writing(struct screen *screen, long step)
{
    static const char text[] = "who opened this session looks at it while somebody else writes a report about what was seen there today and yesterday ";
    int columns = (screen->width - 2 * PAGE_LEFT - 40) / LETTER, lines = (screen->height - PAGE_TOP - 40) / LINE;
    long letter = step / CYCLE * WRITING + step % CYCLE, line = letter / columns;
    int x = PAGE_LEFT + 20 + (int)(letter % columns) * LETTER, y = PAGE_TOP + 10 + LINE * (int)(line < lines ? line : lines - 1);
    if (letter % columns == 0 && line >= lines) {
        int height = (lines - 1) * LINE, width = screen->width - 2 * PAGE_LEFT;
        XCopyArea(screen->display, screen->window, screen->window, screen->gc, PAGE_LEFT, PAGE_TOP + 10 + LINE, width, height, PAGE_LEFT, PAGE_TOP + 10);
        put(screen, PAGE_LEFT, PAGE_TOP + 10 + height, 0xFFFFFF, width, LINE);
    }
    put(screen, x, y, 0xFFFFFF, 2, LINE);
    draw_text(screen, x, y + 12, text + letter % (long)(sizeof text - 1), 1);
    put(screen, x + LETTER, y, step / 10 % 2 ? 0xFFFFFF : 0x202428, 2, LINE);
}

static void draw_office(struct screen *screen, long step)
{
    if (step % CYCLE < WRITING)
        draw_writing(screen, step);
    else
        draw_menu(screen, step);
    draw_marker(screen, step);
}

static void draw_page(struct screen *screen, long page, int left)
{
    static const uint32_t colours[] = { 0x264653, 0x2A9D8F, 0xE9C46A, 0xF4A261, 0xE76F51, 0x457B9D, 0xA8DADC };
    int columns = 4, rows = 3, width = screen->width / columns, height = (screen->height - 48) / rows;
    put(screen, left, 0, colours[page % 7], screen->width, screen->height);
    for (int i = 0; i < columns * rows; i++) {
        int x = left + i % columns * width + 12, y = 48 + i / columns * height + 12;
        put(screen, x, y, colours[(page + i + 1) % 7], width - 24, height - 24);
        put(screen, x, y, 0xF1FAEE, width - 24, 32);
        draw_text(screen, x + 12, y + 20, "session on server-b", 19);
    }
}

/* Every half a second and a bit the next page slides in, slowly at both ends; shown at once when it is drawn. */
static void draw_animation(struct screen *screen, long step)
{
    enum { SLIDE = 18 };
    double time = step % SLIDE / (double)SLIDE;
    int offset = (int)(screen->width * (0.1 * time + 0.9 * time * time * (3 - 2 * time)));
    screen->target = screen->back;
    draw_page(screen, step / SLIDE, -offset);
    draw_page(screen, step / SLIDE + 1, screen->width - offset);
    put(screen, 0, screen->height - 10, 0xF1FAEE, (int)(screen->width * time), 10);
    draw_marker(screen, step);
    screen->target = screen->window;
    XCopyArea(screen->display, screen->back, screen->window, screen->gc, 0, 0, screen->width, screen->height, 0, 0);
}

static void draw_step(struct screen *screen, enum mode mode, long step)
{
    static void (*const draw[MODES])(struct screen *, long) = { draw_video, draw_scroll, draw_box, draw_film, draw_office, draw_animation };
    draw[mode](screen, step);
}

static void clear(struct screen *screen, enum mode mode)
{
    screen->box_x = screen->box_y = 2 * SQUARE;
    put(screen, 0, 0, mode == SCROLL ? 0xFFFFFF : 0x303840, screen->width, screen->height);
    if (mode == VIDEO || mode == FILM)
        make_image(screen);
    if (screen->back)
        XFreePixmap(screen->display, screen->back);
    screen->back = None;
    if (mode == OFFICE || mode == ANIMATION)
        screen->back = XCreatePixmap(screen->display, screen->root, screen->width, screen->height, DefaultDepth(screen->display, DefaultScreen(screen->display)));
    if (mode == OFFICE)
        clear_office(screen);
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
        screen->keys_pressed += event.type == KeyPress;
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
    if ((options->keys || options->echo) && XGrabKeyboard(screen->display, screen->window, False, GrabModeAsync, GrabModeAsync, CurrentTime) != GrabSuccess) {
        fprintf(stderr, "xmove: the keyboard is taken\n");
        return 0;
    }
    screen->echo = options->echo;
    screen->target = screen->window;
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
        int mode = 0;
        while (mode < MODES && strcmp(value, mode_names[mode]) != 0)
            mode++;
        if (mode < MODES)
            options->mode = mode;
        else if (strcmp(value, "--managed") == 0)
            options->managed = 1;
        else if (strcmp(value, "--log") == 0)
            options->log = 1;
        else if (strcmp(value, "--keys") == 0)
            options->keys = 1;
        else if (strcmp(value, "--echo") == 0)
            options->echo = 1;
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
    return !options->keys || !options->echo;
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

static int is_over(const struct options *options, int64_t start, long step)
{
    return end_wanted || (options->steps != 0 && step >= options->steps)
        || (options->seconds != 0 && now_ns() - start >= options->seconds * 1000000000LL);
}

static void wait_for_key(struct screen *screen, const struct options *options, int64_t start, long step)
{
    struct pollfd server = { .fd = XConnectionNumber(screen->display), .events = POLLIN };
    for (handle_events(screen, options); screen->keys_pressed == 0 && !is_over(options, start, step); handle_events(screen, options))
        poll(&server, 1, 100);
    screen->keys_pressed -= screen->keys_pressed > 0;
}

/* Sleeps until a time; a key in between is shown when it comes. */
static void echo_until(struct screen *screen, const struct options *options, int64_t when)
{
    struct pollfd server = { .fd = XConnectionNumber(screen->display), .events = POLLIN };
    int shown = screen->keys_pressed;
    for (;;) {
        handle_events(screen, options);
        if (screen->keys_pressed != shown) {
            draw_echo(screen);
            XFlush(screen->display);
            shown = screen->keys_pressed;
        }
        int64_t left = when - now_ns();
        if (left <= 0)
            return;
        struct timespec time = { left / 1000000000LL, left % 1000000000LL };
        ppoll(&server, 1, &time, NULL);
    }
}

static long run(struct screen *screen, const struct options *options)
{
    int64_t start = now_ns(), next = start;
    long step = 0;
    while (!is_over(options, start, step)) {
        handle_events(screen, options);
        draw_step(screen, options->mode, ++step);
        XSync(screen->display, False);
        if (options->log)
            printf("step %ld %lld\n", step, (long long)now_ns());
        if (freeze_wanted)
            stay_frozen(screen, options, step);
        if (options->keys) {
            wait_for_key(screen, options, start, step);
        } else if (options->fps > 0) {
            next += (int64_t)(1e9 / options->fps);
            int64_t now = now_ns();
            next = next < now ? now : next; /* steps missed are not made up for */
            if (options->echo)
                echo_until(screen, options, next);
            else
                sleep_until(next);
        }
    }
    return step;
}

int main(int count, char **values)
{
    struct options options = { .mode = VIDEO, .fps = 30 };
    if (!parse(count, values, &options)) {
        fprintf(stderr, "usage: xmove [video|scroll|marker|film|office|animation] [--fps N | --keys] [--echo] [--seconds S] [--steps N] [--window WxH+X+Y] [--managed] [--log]\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGUSR1, on_freeze);
    signal(SIGTERM, on_end);
    signal(SIGINT, on_end);
    make_tables();
    if (options.mode == FILM)
        make_texture();
    struct screen screen = { 0 };
    if (!open_window(&screen, &options))
        return 1;
    printf("ready %dx%d\n", screen.width, screen.height);
    printf("done %ld\n", run(&screen, &options));
    free_image(&screen);
    XCloseDisplay(screen.display);
    return 0;
}
