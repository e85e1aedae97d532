/* Memory for the interpreter's small objects in large pages, where the system has them.

   A check of many modules makes some ten thousand pages of objects, and the system clears each by itself when it is
   first touched: a twentieth of the time. `use_large_pages()` asks for the same memory in pages of two megabytes, from
   then on. (Interpreters that do not take their memory in arenas go on as before.) */

#ifndef NSC_PAGES_H
#define NSC_PAGES_H

#include <Python.h>
#include <stdint.h>
#include <sys/mman.h>

#if defined(MADV_HUGEPAGE) && defined(MAP_ANONYMOUS)

#define LARGE_PAGE ((size_t)2 << 20)
#define RESERVED (8 * LARGE_PAGE) /* of addresses; memory is what is touched */

static struct {
    char *next, *end;
} reserve;

static int
extend_reserve(void)
{
    char *start = mmap(NULL, RESERVED + LARGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) {
        return -1;
    }
    char *first = (char *)(((uintptr_t)start + LARGE_PAGE - 1) & ~(uintptr_t)(LARGE_PAGE - 1));
    madvise(first, RESERVED, MADV_HUGEPAGE); /* where that is not granted, the pages are small ones */
    reserve.next = first;
    reserve.end = first + RESERVED;
    return 0;
}

static void *
allocate_arena(void *context, size_t size)
{
    if (size > (size_t)(reserve.end - reserve.next) && (size > RESERVED || extend_reserve() < 0)) {
        /* What is left may be less than a reserve, and enough. */
        void *alone = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return alone == MAP_FAILED ? NULL : alone;
    }
    void *arena = reserve.next;
    reserve.next += size;
    return arena;
}

static void
free_arena(void *context, void *arena, size_t size)
{
    munmap(arena, size); /* as of those that were there before */
}

static PyObject *
use_large_pages(PyObject *module, PyObject *nothing)
{
    PyObjectArenaAllocator given;
    PyObject_GetArenaAllocator(&given);
    if (given.alloc != allocate_arena) {
        PyObjectArenaAllocator allocator = {NULL, allocate_arena, free_arena};
        PyObject_SetArenaAllocator(&allocator);
    }
    Py_RETURN_NONE;
}

#else

static PyObject *
use_large_pages(PyObject *module, PyObject *nothing)
{
    Py_RETURN_NONE;
}

#endif

#endif
