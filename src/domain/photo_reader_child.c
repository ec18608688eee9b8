/* photo_reader_child – the process that decodes. It takes in the whole task first, then
 * gives up everything but memory and the answer, then decodes. */
#include "photo_reader_inner.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

enum { MEMORY_MAX = 640 << 20, SECONDS_MAX = 15 };

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0 /* its shadow takes terabytes of address space, and calls of its own */
#endif

#if defined __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCH AUDIT_ARCH_AARCH64
#endif

static bool limit(int what, rlim_t most) {
    struct rlimit l = { most, most };
    return setrlimit((__rlimit_resource_t)what, &l) == 0;
}

#ifdef ARCH
#define LET(call) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static bool confine_calls(void) {
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        LET(SYS_sendto),
        LET(SYS_brk),
        LET(SYS_mmap),
        LET(SYS_munmap),
        LET(SYS_mremap),
        LET(SYS_madvise),
        LET(SYS_mprotect),
        LET(SYS_futex),
        LET(SYS_getrandom),
        LET(SYS_exit),
        LET(SYS_exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog filter = { COUNT(rules), rules };

    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}
#else
static bool confine_calls(void) { return true; }
#endif

bool photo_reader_confine(void) {
    bool ok =
        limit(RLIMIT_CPU, SECONDS_MAX) && limit(RLIMIT_CORE, 0) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;

    if (SANITIZED || !ok)
        return ok;
    return limit(RLIMIT_AS, MEMORY_MAX) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NOFILE, 3) && confine_calls();
}

static bool take(void *p, size_t n) {
    char *at = p;

    while (n) {
        ssize_t got = read(0, at, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

static bool give(const void *p, size_t n) {
    const char *at = p;

    while (n) {
        ssize_t gone = send(0, at, n, MSG_NOSIGNAL);
        if (gone < 0 && errno == EINTR)
            continue;
        if (gone <= 0)
            return false;
        at += gone;
        n -= (size_t)gone;
    }
    return true;
}

static bool answer(Err e, const PhotoMade *made, const Fault *f) {
    PhotoAnswer a = { .err = (int32_t)e };

    if (e != OK) {
        memcpy(a.key, f->key, sizeof a.key);
        memcpy(a.field, f->field, sizeof a.field);
        memcpy(a.zh, f->zh, sizeof a.zh);
        memcpy(a.en, f->en, sizeof a.en);
        return give(&a, sizeof a);
    }
    a.width = made->width;
    a.height = made->height;
    a.large = (uint32_t)made->large.n;
    a.small = (uint32_t)made->small.n;
    return give(&a, sizeof a) && give(made->large.p, made->large.n) && give(made->small.p, made->small.n);
}

int photo_reader_main(void) {
    PhotoTask task;
    PhotoMade made = { 0 };
    Fault f = { 0 };
    Arena a;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!take(&task, sizeof task) || task.n > PHOTO_FILE_MAX || task.n_boxes > PHOTO_BOXES_MAX ||
        arena_begin(&a, (size_t)task.n + 2 * PHOTO_BYTES_MAX + 4096, &f) != OK)
        return 1;
    char *file = arena_raw(&a, (size_t)task.n + 1);
    if (!file || !take(file, (size_t)task.n) || !photo_reader_confine())
        return 1;
    Str s = { file, (size_t)task.n };
    Err e = task.n_boxes < 0 ? photo_make(s, &a, &made, &f)
                             : photo_cover(s, task.boxes, (size_t)task.n_boxes, &a, &made, &f);
    return answer(e, &made, &f) ? 0 : 1;
}
