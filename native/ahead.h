/* Reads a folder tree in a thread of its own, while the interpreter imports the compiler.

   `read_ahead(root, skipped, manifest, module, suffix, wanted)` begins with it, `taken(ahead)` waits for the end and
   gives what was found, as WatchedFiles keeps it. Which folders are entered follows nscompiler/modules/tree.py; nothing
   depends on it, since whoever asks for what is not there asks the disk. So whatever is unusual (an error, a file that
   changes while it is read, a file system that does not tell kinds, more than is sensible) is left out, and no more is
   said of it. Links are not followed into folders. */

#ifndef NSC_AHEAD_H
#define NSC_AHEAD_H

#include <Python.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifdef __APPLE__
#define CHANGED(found) (found).st_mtimespec
#define TOUCHED(found) (found).st_ctimespec
#else
#define CHANGED(found) (found).st_mtim
#define TOUCHED(found) (found).st_ctim
#endif

#define MOST_ENTRIES 400000
#define MOST_BYTES (256LL << 20)
#define LARGEST_FILE (8LL << 20)
#define MOST_NAMES 8
#define NOWHERE ((size_t)-1)

enum { IS_FILE = 1, IS_FOLDER = 2, IS_LINK = 4 };

/* Text and places in it: nothing but `text` moves when more is needed. */
typedef struct {
    char *bytes;
    size_t used, room;
} Pool;

typedef struct {
    size_t name; /* in the pool */
    int kind;
} Entry;

typedef struct {
    size_t path;
    size_t first, count; /* of the entries */
    int64_t changed, touched;
} Folder;

typedef struct {
    size_t path;
    char *content;
    int64_t size, changed, touched;
} Content;

typedef struct {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    _Atomic int stopped;
    int done, joined, abandoned;
    char *names[MOST_NAMES]; /* first the folders that are skipped, then the files that are read whatever their end */
    int skipped, named;
    char *manifest, *module, *suffix;
    Pool pool;
    Entry *entries;
    size_t entry_count, entry_room;
    Folder *folders;
    size_t folder_count, folder_room;
    Content *files;
    size_t file_count, file_room;
    size_t *pending;
    size_t pending_count, pending_room;
    int64_t bytes;
} Ahead;

/* --- in the thread: no object of Python is touched */

static void *
more_room(void *held, size_t count, size_t *room, size_t size)
{
    if (count < *room) {
        return held;
    }
    size_t wanted = *room ? *room * 2 : 256;
    void *grown = realloc(held, wanted * size);
    if (grown != NULL) {
        *room = wanted;
    }
    return grown;
}

/* A place in one of the lists of `Ahead`; the thread gives up where there is no memory. */
#define APPENDED(list, count, room)                                                                                   \
    do {                                                                                                              \
        void *grown = more_room(list, count, &(room), sizeof *(list));                                                \
        if (grown == NULL) {                                                                                          \
            return -1;                                                                                                \
        }                                                                                                             \
        (list) = grown;                                                                                               \
        (count)++;                                                                                                    \
    } while (0)

/* Put a name into the pool, as a path where a folder in there is given. */
static int
put(Pool *pool, size_t folder, const char *name, size_t *at)
{
    size_t before = folder == NOWHERE ? 0 : strlen(pool->bytes + folder), length = strlen(name);
    size_t needed = before + length + 2;
    if (pool->used + needed > pool->room) {
        size_t room = (pool->room ? pool->room * 2 : 1 << 16) + needed;
        char *grown = realloc(pool->bytes, room);
        if (grown == NULL) {
            return -1;
        }
        pool->bytes = grown;
        pool->room = room;
    }
    *at = pool->used;
    char *to = pool->bytes + pool->used;
    if (before) {
        memcpy(to, pool->bytes + folder, before);
        to += before;
        if (to[-1] != '/') {
            *to++ = '/';
        }
    }
    memcpy(to, name, length + 1);
    pool->used = (size_t)(to + length + 1 - pool->bytes);
    return 0;
}

static int64_t
nanoseconds(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int
is_among(const char *name, char *const *names, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(name, names[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

static int
ends_with(const char *name, const char *suffix)
{
    size_t length = strlen(name), end = strlen(suffix);
    return length >= end && strcmp(name + length - end, suffix) == 0;
}

/* What an entry is; -1 where the file system does not say so at once. */
static int
kind_of(int descriptor, const struct dirent *entry)
{
    struct stat found;
    switch (entry->d_type) {
    case DT_REG:
        return IS_FILE;
    case DT_DIR:
        return IS_FOLDER;
    case DT_LNK:
        if (fstatat(descriptor, entry->d_name, &found, 0) < 0) {
            return errno == ENOENT ? IS_LINK : -1;
        }
        return IS_LINK | (S_ISREG(found.st_mode) ? IS_FILE : S_ISDIR(found.st_mode) ? IS_FOLDER : 0);
    case DT_UNKNOWN:
        return -1;
    default:
        return 0;
    }
}

/* The content of a file, where it is one, can be read and stays as it is: else it is left out. */
static int
read_file(Ahead *ahead, int folder, const char *name, size_t path)
{
    int descriptor = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat found;
    char *content = NULL;
    int kept = 0;
    if (descriptor < 0) {
        return 0;
    }
    if (fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode) && found.st_size <= LARGEST_FILE &&
        (content = malloc((size_t)found.st_size + 1)) != NULL) {
        kept = read(descriptor, content, (size_t)found.st_size + 1) == found.st_size;
    }
    close(descriptor);
    if (!kept) {
        free(content);
        return 0;
    }
    void *grown = more_room(ahead->files, ahead->file_count, &ahead->file_room, sizeof *ahead->files);
    if (grown == NULL) {
        free(content);
        return -1;
    }
    ahead->files = grown;
    ahead->bytes += found.st_size;
    ahead->files[ahead->file_count++] =
        (Content){path, content, found.st_size, nanoseconds(CHANGED(found)), nanoseconds(TOUCHED(found))};
    return 0;
}

/* The entries of a folder; whether all of them are known. */
static int
list_folder(Ahead *ahead, DIR *stream, int descriptor)
{
    struct dirent *entry;
    for (errno = 0; (entry = readdir(stream)) != NULL; errno = 0) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
            continue;
        }
        int kind = kind_of(descriptor, entry);
        if (kind < 0) {
            return 0;
        }
        APPENDED(ahead->entries, ahead->entry_count, ahead->entry_room);
        Entry *made = &ahead->entries[ahead->entry_count - 1];
        made->kind = kind;
        if (put(&ahead->pool, NOWHERE, name, &made->name) < 0) {
            return -1;
        }
    }
    return errno == 0;
}

/* Read the files of a folder that was listed, and note the folders in it. */
static int
enter(Ahead *ahead, const Folder *folder, int descriptor, int is_root)
{
    int built = 0, module = 0;
    size_t inside = strcmp(ahead->pool.bytes + folder->path, ".") == 0 ? NOWHERE : folder->path;
    for (size_t i = folder->first; i < folder->first + folder->count; i++) {
        const char *name = ahead->pool.bytes + ahead->entries[i].name;
        built |= strcmp(name, ahead->manifest) == 0;
        module |= strcmp(name, ahead->module) == 0;
    }
    if (built && !module && !is_root) {
        return 0;
    }
    for (size_t i = folder->first; i < folder->first + folder->count && !ahead->stopped; i++) {
        Entry entry = ahead->entries[i];
        const char *name = ahead->pool.bytes + entry.name;
        int is_ours = ends_with(name, ahead->suffix) ||
                      is_among(name, ahead->names + ahead->skipped, ahead->named - ahead->skipped);
        if (name[0] == '.' || is_among(name, ahead->names, ahead->skipped) || (entry.kind & IS_LINK) ||
            !(entry.kind == IS_FOLDER || (entry.kind == IS_FILE && is_ours))) {
            continue;
        }
        char *copied = strdup(name); /* the pool may move */
        size_t at;
        int failed = copied == NULL || put(&ahead->pool, inside, copied, &at) < 0;
        if (!failed && entry.kind == IS_FILE) {
            failed = read_file(ahead, descriptor, copied, at) < 0;
        }
        free(copied);
        if (failed) {
            return -1;
        }
        if (entry.kind == IS_FOLDER) {
            APPENDED(ahead->pending, ahead->pending_count, ahead->pending_room);
            ahead->pending[ahead->pending_count - 1] = at;
        }
    }
    return 0;
}

static int
read_folder(Ahead *ahead, size_t path, int is_root)
{
    int descriptor = open(ahead->pool.bytes + path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
    struct stat found;
    if (descriptor < 0) {
        return 0;
    }
    DIR *stream = fstat(descriptor, &found) < 0 ? NULL : fdopendir(descriptor);
    if (stream == NULL) {
        close(descriptor);
        return 0;
    }
    Folder folder = {path, ahead->entry_count, 0, nanoseconds(CHANGED(found)), nanoseconds(TOUCHED(found))};
    int listed = list_folder(ahead, stream, descriptor), failed = listed < 0;
    if (listed == 0) {
        ahead->entry_count = folder.first; /* as if nobody had looked */
    } else if (!failed) {
        void *grown = more_room(ahead->folders, ahead->folder_count, &ahead->folder_room, sizeof *ahead->folders);
        failed = grown == NULL;
        if (!failed) {
            ahead->folders = grown;
            folder.count = ahead->entry_count - folder.first;
            ahead->folders[ahead->folder_count++] = folder;
            failed = enter(ahead, &folder, descriptor, is_root) < 0;
        }
    }
    closedir(stream);
    return failed ? -1 : 0;
}

static void
free_ahead(Ahead *ahead)
{
    for (size_t i = 0; i < ahead->file_count; i++) {
        free(ahead->files[i].content);
    }
    for (int i = 0; i < ahead->named; i++) {
        free(ahead->names[i]);
    }
    free(ahead->manifest), free(ahead->module), free(ahead->suffix);
    free(ahead->pool.bytes), free(ahead->entries), free(ahead->folders), free(ahead->files), free(ahead->pending);
    pthread_mutex_destroy(&ahead->lock);
    pthread_cond_destroy(&ahead->ended);
    free(ahead);
}

static void *
run_ahead(void *given)
{
    Ahead *ahead = given;
    for (int is_root = 1; ahead->pending_count && !ahead->stopped; is_root = 0) {
        if (ahead->entry_count > MOST_ENTRIES || ahead->bytes > MOST_BYTES) {
            break;
        }
        if (read_folder(ahead, ahead->pending[--ahead->pending_count], is_root) < 0) {
            break;
        }
    }
    pthread_mutex_lock(&ahead->lock);
    ahead->done = 1;
    int abandoned = ahead->abandoned;
    pthread_cond_signal(&ahead->ended);
    pthread_mutex_unlock(&ahead->lock);
    if (abandoned) {
        free_ahead(ahead);
    }
    return NULL;
}

/* --- in the interpreter */

static void
join(Ahead *ahead)
{
    if (!ahead->joined) {
        ahead->joined = 1;
        Py_BEGIN_ALLOW_THREADS;
        pthread_join(ahead->thread, NULL);
        Py_END_ALLOW_THREADS;
    }
}

#define AHEAD "nscompiler.grammar._native.ahead"

static void
drop_ahead(PyObject *capsule)
{
    Ahead *ahead = PyCapsule_GetPointer(capsule, AHEAD);
    ahead->stopped = 1;
    pthread_mutex_lock(&ahead->lock);
    int done = ahead->done || ahead->joined;
    ahead->abandoned = !done;
    pthread_mutex_unlock(&ahead->lock);
    if (done) {
        join(ahead);
        free_ahead(ahead);
    } else {
        pthread_detach(ahead->thread); /* it may wait for a disk that does not answer, and frees all when it ends */
    }
}

/* Wait for the thread; an interrupt stops it. */
static int
await(Ahead *ahead)
{
    for (int done = 0; !done;) {
        Py_BEGIN_ALLOW_THREADS;
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 50000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_mutex_lock(&ahead->lock);
        if (!ahead->done) {
            pthread_cond_timedwait(&ahead->ended, &ahead->lock, &until);
        }
        done = ahead->done;
        pthread_mutex_unlock(&ahead->lock);
        Py_END_ALLOW_THREADS;
        if (PyErr_CheckSignals() < 0) {
            ahead->stopped = 1;
            return -1;
        }
    }
    join(ahead);
    return 0;
}

static int
keep(PyObject *in, PyObject *key, PyObject *value)
{
    int failed = key == NULL || value == NULL || PyDict_SetItem(in, key, value) < 0;
    Py_XDECREF(value);
    return failed ? -1 : 0;
}

static PyObject *
kind_tuple(int kind)
{
    return PyTuple_Pack(3, kind & IS_FILE ? Py_True : Py_False, kind & IS_FOLDER ? Py_True : Py_False,
                        kind & IS_LINK ? Py_True : Py_False);
}

/* Of one folder: its times and sorted names, the same names as a set, and of each path what it is. */
static int
tell_folder(const Ahead *ahead, const Folder *folder, PyObject **kinds, PyObject *lists, PyObject *sets,
            PyObject *paths)
{
    const char *text = ahead->pool.bytes + folder->path;
    PyObject *path = PyUnicode_DecodeFSDefault(text), *names = PyList_New((Py_ssize_t)folder->count), *whole = NULL;
    int failed = path == NULL || names == NULL;
    for (size_t i = 0; i < folder->count && !failed; i++) {
        const Entry *entry = &ahead->entries[folder->first + i];
        PyObject *name = PyUnicode_DecodeFSDefault(ahead->pool.bytes + entry->name);
        failed = name == NULL;
        if (!failed) {
            PyList_SET_ITEM(names, (Py_ssize_t)i, name);
            whole = strcmp(text, ".") == 0 ? Py_NewRef(name)
                                           : PyUnicode_FromFormat(strcmp(text, "/") == 0 ? "%U%U" : "%U/%U", path, name);
            failed = keep(paths, whole, Py_NewRef(kinds[entry->kind])) < 0;
            Py_XDECREF(whole);
        }
    }
    failed = failed || PyList_Sort(names) < 0;
    PyObject *sorted = failed ? NULL : PyList_AsTuple(names);
    failed = failed || keep(sets, path, PyFrozenSet_New(names)) < 0;
    failed = failed || sorted == NULL ||
             keep(lists, path,
                  Py_BuildValue("LLO", (long long)folder->changed, (long long)folder->touched, sorted)) < 0;
    Py_XDECREF(sorted);
    Py_XDECREF(names);
    Py_XDECREF(path);
    return failed ? -1 : 0;
}

static int
tell_file(const Ahead *ahead, Content *file, PyObject *reads)
{
    PyObject *path = PyUnicode_DecodeFSDefault(ahead->pool.bytes + file->path);
    PyObject *told = Py_BuildValue("LLLy#", (long long)file->size, (long long)file->changed, (long long)file->touched,
                                   file->content, (Py_ssize_t)file->size);
    int failed = keep(reads, path, told) < 0;
    Py_XDECREF(path);
    free(file->content);
    file->content = NULL;
    return failed ? -1 : 0;
}

static PyObject *
tell(Ahead *ahead)
{
    PyObject *lists = PyDict_New(), *sets = PyDict_New(), *paths = PyDict_New(), *reads = PyDict_New();
    PyObject *kinds[8] = {NULL}, *all = NULL;
    int failed = lists == NULL || sets == NULL || paths == NULL || reads == NULL;
    for (int kind = 0; kind < 8 && !failed; kind++) {
        failed = (kinds[kind] = kind_tuple(kind)) == NULL;
    }
    for (size_t i = 0; i < ahead->folder_count && !failed; i++) {
        failed = tell_folder(ahead, &ahead->folders[i], kinds, lists, sets, paths) < 0;
    }
    for (size_t i = 0; i < ahead->file_count && !failed; i++) {
        failed = tell_file(ahead, &ahead->files[i], reads) < 0;
    }
    if (!failed) {
        all = PyTuple_Pack(4, lists, sets, paths, reads);
    }
    for (int kind = 0; kind < 8; kind++) {
        Py_XDECREF(kinds[kind]);
    }
    Py_XDECREF(lists), Py_XDECREF(sets), Py_XDECREF(paths), Py_XDECREF(reads);
    return all;
}

static PyObject *
taken(PyObject *module, PyObject *capsule)
{
    Ahead *ahead = PyCapsule_GetPointer(capsule, AHEAD);
    return ahead == NULL || await(ahead) < 0 ? NULL : tell(ahead);
}

static int
copy_names(Ahead *ahead, PyObject *names)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++) {
        const char *name = PyUnicode_AsUTF8(PyTuple_GET_ITEM(names, i));
        if (name == NULL) {
            return -1;
        }
        if (ahead->named == MOST_NAMES || (ahead->names[ahead->named] = strdup(name)) == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        ahead->named++;
    }
    return 0;
}

/* The thread gets no signals: those are the interpreter's own. */
static int
begin(Ahead *ahead)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&ahead->thread, NULL, run_ahead, ahead);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

static PyObject *
read_ahead(PyObject *module, PyObject *args)
{
    PyObject *root, *skipped, *wanted, *capsule = NULL;
    const char *manifest, *own, *suffix;
    if (!PyArg_ParseTuple(args, "O&O!sssO!", PyUnicode_FSConverter, &root, &PyTuple_Type, &skipped, &manifest, &own,
                          &suffix, &PyTuple_Type, &wanted)) {
        return NULL;
    }
    Ahead *ahead = calloc(1, sizeof *ahead);
    if (ahead == NULL) {
        Py_DECREF(root);
        return PyErr_NoMemory();
    }
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->ended, NULL);
    ahead->joined = 1; /* there is no thread yet */
    ahead->manifest = strdup(manifest);
    ahead->module = strdup(own);
    ahead->suffix = strdup(suffix);
    ahead->pending = calloc(1, sizeof *ahead->pending);
    int failed = ahead->manifest == NULL || ahead->module == NULL || ahead->suffix == NULL ||
                 ahead->pending == NULL || put(&ahead->pool, NOWHERE, PyBytes_AS_STRING(root), ahead->pending) < 0;
    Py_DECREF(root);
    if (failed) {
        PyErr_NoMemory();
    } else {
        ahead->pending_count = ahead->pending_room = 1;
        failed = copy_names(ahead, skipped) < 0;
        ahead->skipped = ahead->named;
        failed = failed || copy_names(ahead, wanted) < 0;
    }
    if (!failed && begin(ahead)) {
        failed = 1;
        PyErr_SetString(PyExc_OSError, "there is no further thread");
    }
    if (!failed) {
        ahead->joined = 0;
        capsule = PyCapsule_New(ahead, AHEAD, drop_ahead);
        if (capsule == NULL) {
            ahead->stopped = 1;
            join(ahead);
        }
    }
    if (capsule == NULL) {
        free_ahead(ahead);
    }
    return capsule;
}

#endif
