/* receiver – see receiver.h. */
#include "receiver.h"

#include "wire.h"

static size_t length_of(const char *head) {
    const char *p = strcasestr(head, "\r\nContent-Length:");
    return p ? strtoul(p + 17, NULL, 10) : 0;
}

/* One request, into the next place; false: not whole. */
static bool take_request(Receiver *r, int fd) {
    static char room[16000];
    size_t n = 0, at = r->n;
    char *end = NULL;

    while (n < sizeof room - 1) {
        ssize_t k = wire_some(fd, room + n, sizeof room - 1 - n);
        if (k <= 0)
            return false;
        n += (size_t)k;
        room[n] = 0;
        end = end ? end : strstr(room, "\r\n\r\n");
        if (end && n >= (size_t)(end - room) + 4 + length_of(room))
            break;
    }
    if (!end || at == RECEIVED_MAX)
        return false;
    snprintf(r->got[at].body, sizeof r->got[at].body, "%s", end + 4);
    end[2] = 0;
    snprintf(r->got[at].head, sizeof r->got[at].head, "%.1990s", room);
    r->n = at + 1;
    return true;
}

static void answer(Receiver *r, int fd) {
    char text[300];
    static const char more[4096] = "x";

    if (r->mood == RECEIVER_CLOSES) {
        wire_try_send(fd, "HTTP/1.", 7);
        return;
    }
    if (r->mood == RECEIVER_HUGE) {
        wire_try_send(fd, "HTTP/1.1 200 OK\r\n\r\n", 19);
        while (!r->stop && wire_try_send(fd, more, sizeof more))
            ;
        return;
    }
    int n = snprintf(text, sizeof text, "HTTP/1.1 %d Said\r\n%sContent-Length: 0\r\n\r\n", (int)r->status,
                     r->header);
    wire_try_send(fd, text, (size_t)n);
}

static void *serve(void *arg) {
    Receiver *r = arg;

    while (!r->stop) {
        struct pollfd p = { .fd = r->listener, .events = POLLIN };
        if (poll(&p, 1, 20) != 1)
            continue;
        int fd = accept(r->listener, NULL, NULL);
        if (fd < 0)
            continue;
        bool got = take_request(r, fd);
        while (got && r->mood == RECEIVER_HANGS && !r->stop)
            poll(NULL, 0, 5);
        if (got)
            answer(r, fd);
        close(fd);
    }
    return NULL;
}

void receiver_start(Receiver *r) {
    struct sockaddr_in a = { .sin_family = AF_INET };
    socklen_t n = sizeof a;

    memset(r, 0, sizeof *r);
    r->status = 200;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    r->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(r->listener >= 0);
    assert_int_equal(bind(r->listener, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(r->listener, 64), 0);
    assert_int_equal(getsockname(r->listener, (struct sockaddr *)&a, &n), 0);
    r->port = ntohs(a.sin_port);
    assert_int_equal(pthread_create(&r->thread, NULL, serve, r), 0);
}

void receiver_stop(Receiver *r) {
    r->stop = true;
    pthread_join(r->thread, NULL);
    close(r->listener);
}

void receiver_wait(Receiver *r, size_t n) {
    for (int i = 0; i < WIRE_MS / 5 && r->n < n; i++)
        poll(NULL, 0, 5);
    if (r->n < n)
        fail_msg("%zu requests came, not %zu", (size_t)r->n, n);
}

const char *receiver_header(const Receiver *r, size_t n, const char *name) {
    static char value[300];
    char key[80];

    snprintf(key, sizeof key, "\r\n%s: ", name);
    const char *p = strcasestr(r->got[n].head, key);
    value[0] = 0;
    if (p)
        snprintf(value, sizeof value, "%.*s", (int)strcspn(p + strlen(key), "\r\n"), p + strlen(key));
    return value;
}
