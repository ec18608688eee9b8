/* photo_reader – see photo_reader.h; this is the server's side. */
#include "photo_reader_inner.h"

#include "clock.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *program;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t freed = PTHREAD_COND_INITIALIZER;
static int running;

void photo_reader_use(const char *path) { program = path; }

/* More at once would only take memory from one another. */
static void enter(void) {
    pthread_mutex_lock(&lock);
    while (running >= PHOTO_READERS_MAX)
        pthread_cond_wait(&freed, &lock);
    running++;
    pthread_mutex_unlock(&lock);
}

static void leave(void) {
    pthread_mutex_lock(&lock);
    running--;
    pthread_cond_signal(&freed);
    pthread_mutex_unlock(&lock);
}

/* ---- the process ---- */

static Err begin(pid_t *ret_pid, int *ret_fd, Fault *f) {
    char *argv[] = { (char *)"jingwei", (char *)"photo-reader", NULL }, *env[] = { NULL };
    posix_spawn_file_actions_t actions;
    int ends[2];

    if (!program || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return fault(f, ERR_BUSY, "photo_reader", "", "现在不能处理照片，请稍后再试。",
                     "Photos cannot be read just now; try again shortly.");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    int error = posix_spawn(ret_pid, program, &actions, NULL, argv, env);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    *ret_fd = ends[0];
    if (error == 0)
        return OK;
    close(ends[0]);
    fault(f, ERR_BUSY, "photo_reader", "", "现在不能处理照片，请稍后再试。",
          "Photos cannot be read just now; try again shortly.");
    snprintf(f->detail, sizeof f->detail, "posix_spawn: %s", strerror(error));
    return f->err;
}

static void finish(pid_t pid, int fd) {
    close(fd);
    kill(pid, SIGKILL); /* it has answered, or will not */
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
}

/* Sends or receives all of it before `end_ms`; false: the other side is gone or late. */
static bool move(int fd, void *p, size_t n, bool out, int64_t end_ms) {
    char *at = p;

    while (n) {
        int64_t left = end_ms - clock_mono_ms();
        struct pollfd wait = { .fd = fd, .events = out ? POLLOUT : POLLIN };
        int ready = left > 0 ? poll(&wait, 1, (int)left) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return false;
        ssize_t moved = out ? send(fd, at, n, MSG_NOSIGNAL | MSG_DONTWAIT) : recv(fd, at, n, MSG_DONTWAIT);
        if (moved < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (moved <= 0)
            return false;
        at += moved;
        n -= (size_t)moved;
    }
    return true;
}

/* ---- what it answered ---- */

static Err too_much(Fault *f) {
    return fault(f, ERR_LIMIT, "photo_too_costly", "", "这张照片处理不了：占用的内存或时间太多。请缩小后再发。",
                 "This photo cannot be read: it takes too much memory or time. Make it smaller and send that.");
}

static bool is_text(char *z, size_t size) {
    size_t at;
    z[size - 1] = 0;
    return utf8_valid(z, strlen(z), &at);
}

/* A decoder that was taken over may say anything; it may choose a sentence, no more. */
static Err believe(PhotoAnswer *a, Fault *f) {
    bool whole = is_text(a->key, sizeof a->key) && is_text(a->field, sizeof a->field) &&
                 is_text(a->zh, sizeof a->zh) && is_text(a->en, sizeof a->en);

    if (!whole || a->err < 0 || a->err >= ERR_COUNT)
        return too_much(f);
    if (a->err != OK)
        return fault(f, (Err)a->err, a->key, a->field, "%s%.0s", "%.0s%s", a->zh, a->en);
    if (a->large > PHOTO_BYTES_MAX || a->small > PHOTO_BYTES_MAX || a->width < 1 || a->height < 1 ||
        a->width > PHOTO_LARGE || a->height > PHOTO_LARGE)
        return too_much(f);
    return OK;
}

static bool is_jpeg(Str s) { return s.n > 4 && memcmp(s.p, "\xFF\xD8\xFF", 3) == 0; }

static Err receive(int fd, int64_t end_ms, Arena *arena, PhotoMade *ret, Fault *f) {
    PhotoAnswer a;

    if (!move(fd, &a, sizeof a, false, end_ms))
        return too_much(f);
    TRY(believe(&a, f));
    char *large = arena_raw(arena, a.large + 1), *small = arena_raw(arena, a.small + 1);
    if (!large || !small)
        return fault_arena(f);
    PhotoMade made = { a.width, a.height, { large, a.large }, { small, a.small } };
    if (!move(fd, large, a.large, false, end_ms) || !move(fd, small, a.small, false, end_ms) ||
        !is_jpeg(made.large) || !is_jpeg(made.small))
        return too_much(f);
    *ret = made;
    return OK;
}

static Err ask(const PhotoTask *task, Str file, Arena *a, PhotoMade *ret, Fault *f) {
    int64_t end_ms = clock_mono_ms() + PHOTO_READER_MS;
    PhotoTask t = *task;
    pid_t pid = -1;
    int fd = -1;

    t.n = file.n;
    enter();
    Err e = begin(&pid, &fd, f);
    if (e == OK) {
        bool sent = move(fd, &t, sizeof t, true, end_ms) && move(fd, (void *)file.p, file.n, true, end_ms);
        e = sent ? receive(fd, end_ms, a, ret, f) : too_much(f);
        finish(pid, fd);
    }
    leave();
    return e;
}

Err photo_reader_make(Str file, Arena *a, PhotoMade *ret, Fault *f) {
    PhotoTask task = { .n_boxes = -1 };

    if (file.n > PHOTO_FILE_MAX)
        return fault(f, ERR_LIMIT, "photo_heavy", "", "照片最多 %d MB。", "A photo is at most %d MB.",
                     PHOTO_FILE_MAX >> 20);
    return ask(&task, file, a, ret, f);
}

Err photo_reader_cover(Str jpeg, const PhotoBox *boxes, size_t n, Arena *a, PhotoMade *ret, Fault *f) {
    PhotoTask task = { .n_boxes = (int32_t)n };

    if (n > PHOTO_BOXES_MAX)
        return fault(f, ERR_LIMIT, "photo_boxes", "boxes", "遮挡框最多 %d 个。",
                     "There are at most %d rectangles.", PHOTO_BOXES_MAX);
    for (size_t i = 0; i < n; i++)
        task.boxes[i] = boxes[i];
    return ask(&task, jpeg, a, ret, f);
}
