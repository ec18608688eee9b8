/* mailbox – see mailbox.h. */
#include "mailbox.h"

#include "wire.h"

typedef struct Line {
    int fd;
    char room[4096];
    size_t n;
} Line;

/* The next line without its end; false: there is none. */
static bool next_line(Line *l, char *ret, size_t size) {
    for (;;) {
        char *end = memchr(l->room, '\n', l->n);
        if (end) {
            size_t n = (size_t)(end - l->room) + 1;
            snprintf(ret, size, "%.*s", (int)(n > 1 && end[-1] == '\r' ? n - 2 : n - 1), l->room);
            memmove(l->room, l->room + n, l->n - n);
            l->n -= n;
            return true;
        }
        ssize_t k = l->n < sizeof l->room ? wire_some(l->fd, l->room + l->n, sizeof l->room - l->n) : 0;
        if (k <= 0)
            return false;
        l->n += (size_t)k;
    }
}

static void say(int fd, const char *text) { wire_try_send(fd, text, strlen(text)); }

static int value_of(char c) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *p = c ? strchr(letters, c) : NULL;
    return p ? (int)(p - letters) : -1;
}

static void undo_base64(const char *data, char *ret, size_t size) {
    const char *p = strstr(data, "\n\n");
    unsigned bits = 0;
    int n = 0;
    size_t at = 0;

    for (; p && *p && *p != '=' && at + 2 < size; p++) {
        int v = value_of(*p);
        if (v < 0)
            continue;
        bits = bits << 6 | (unsigned)v;
        n += 6;
        if (n >= 8) {
            n -= 8;
            ret[at++] = (char)(bits >> n & 255);
        }
    }
    ret[at] = 0;
}

static bool take_data(Mailbox *m, Line *l, char *room) {
    char line[1200];
    size_t at = 0;

    room[0] = 0;
    while (next_line(l, line, sizeof line)) {
        if (m->mood == MAILBOX_CUTS)
            return false;
        if (strcmp(line, ".") == 0)
            return true;
        at += (size_t)snprintf(room + at, LETTER_BYTES - at, "%s\n", line[0] == '.' ? line + 1 : line);
        assert_true(at < LETTER_BYTES);
    }
    return false;
}

static void talk(Mailbox *m, int fd) {
    static Line l;
    static char data[LETTER_BYTES];
    char line[1200], from[200] = "", to[200] = "";

    l = (Line){ .fd = fd };
    m->tries++;
    say(fd, "220 here\r\n");
    while (next_line(&l, line, sizeof line)) {
        if (strncmp(line, "MAIL FROM:", 10) == 0)
            snprintf(from, sizeof from, "%.190s", line + 10);
        if (strncmp(line, "RCPT TO:", 8) == 0)
            snprintf(to, sizeof to, "%.190s", line + 8);
        if (strncmp(line, "RCPT", 4) == 0 && m->mood == MAILBOX_UNKNOWN)
            say(fd, "550 nobody of that name\r\n");
        else if (strcmp(line, "DATA") == 0) {
            say(fd, "354 go on\r\n");
            if (!take_data(m, &l, data))
                return;
            if (m->mood == MAILBOX_BUSY) {
                say(fd, "451 later\r\n");
                continue;
            }
            assert_true(m->n < LETTERS_MAX);
            snprintf(m->got[m->n].from, sizeof m->got[0].from, "%s", from);
            snprintf(m->got[m->n].to, sizeof m->got[0].to, "%s", to);
            memcpy(m->got[m->n].data, data, sizeof data);
            undo_base64(data, m->got[m->n].text, LETTER_BYTES);
            m->n++;
            say(fd, "250 kept\r\n");
        } else
            say(fd, strcmp(line, "QUIT") == 0 ? "221 bye\r\n" : "250 ok\r\n");
    }
}

static void *serve(void *arg) {
    Mailbox *m = arg;

    while (!m->stop) {
        struct pollfd p = { .fd = m->listener, .events = POLLIN };
        if (poll(&p, 1, 20) != 1)
            continue;
        int fd = accept(m->listener, NULL, NULL);
        if (fd < 0)
            continue;
        talk(m, fd);
        close(fd);
    }
    return NULL;
}

void mailbox_start(Mailbox *m) {
    struct sockaddr_in a = { .sin_family = AF_INET };
    socklen_t n = sizeof a;

    memset(m, 0, sizeof *m);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    m->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(m->listener >= 0);
    assert_int_equal(bind(m->listener, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(m->listener, 64), 0);
    assert_int_equal(getsockname(m->listener, (struct sockaddr *)&a, &n), 0);
    m->port = ntohs(a.sin_port);
    assert_int_equal(pthread_create(&m->thread, NULL, serve, m), 0);
}

void mailbox_stop(Mailbox *m) {
    m->stop = true;
    pthread_join(m->thread, NULL);
    close(m->listener);
}
