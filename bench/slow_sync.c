/* A disk that takes longer to sync: preloaded into PostgreSQL, every fsync and fdatasync first waits SLOW_SYNC_US. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static void wait_a_little(void)
{
    const char *said = getenv("SLOW_SYNC_US");
    long wait_us = said ? atol(said) : 0;
    struct timespec span = { wait_us / 1000000, (wait_us % 1000000) * 1000 };
    nanosleep(&span, NULL);
}

int fsync(int file)
{
    static int (*real)(int);
    if (!real)
        real = (int (*)(int)) dlsym(RTLD_NEXT, "fsync");
    wait_a_little();
    return real(file);
}

int fdatasync(int file)
{
    static int (*real)(int);
    if (!real)
        real = (int (*)(int)) dlsym(RTLD_NEXT, "fdatasync");
    wait_a_little();
    return real(file);
}
