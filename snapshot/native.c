#define UNW_LOCAL_ONLY
#include "snapshot/native.h"

#include <dlfcn.h>
#include <libunwind.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { KNOWN_PLACES = 256 };

static atomic_uint_fast64_t eval_function;

size_t strobe_native_record(uint64_t *ret_addresses, size_t max)
{
    unw_context_t context;
    unw_cursor_t cursor;
    size_t count = 0;
    if (unw_getcontext(&context) != 0 || unw_init_local(&cursor, &context) != 0 || unw_step(&cursor) <= 0) {
        return 0;
    }
    while (count < max && unw_step(&cursor) > 0) {
        unw_word_t address;
        if (unw_get_reg(&cursor, UNW_REG_IP, &address) != 0 || address == 0) {
            break;
        }
        ret_addresses[count++] = address;
    }
    return count;
}

/* The program itself is known to the loader by the name it was started with, which may be relative. */
static void name_module(struct strobe_native_place *place, const char *name)
{
    size_t max = sizeof place->module - 1;
    if (name[0] == '/' || readlink("/proc/self/exe", place->module, max) <= 0) {
        strncpy(place->module, name, max);
    }
}

/* A return address may be that of the next function when the call was the last thing in its own. */
static unw_word_t inside(uint64_t address)
{
    return (unw_word_t)address - 1;
}

uint64_t strobe_native_function(uint64_t address)
{
    unw_proc_info_t info;
    unw_accessors_t *accessors = unw_get_accessors(unw_local_addr_space);
    if (address == 0 || accessors->find_proc_info(unw_local_addr_space, inside(address), &info, 0, NULL) != 0) {
        return 0;
    }
    return info.start_ip;
}

void strobe_native_set_eval(uint64_t function)
{
    atomic_store_explicit(&eval_function, function, memory_order_relaxed);
}

bool strobe_native_is_eval(uint64_t address)
{
    uint64_t eval = atomic_load_explicit(&eval_function, memory_order_relaxed);
    return eval != 0 && strobe_native_function(address) == eval;
}

static void find_place(uint64_t address, struct strobe_native_place *ret_place)
{
    Dl_info found;
    unw_word_t offset = 0;
    unw_accessors_t *accessors = unw_get_accessors(unw_local_addr_space);
    memset(ret_place, 0, sizeof *ret_place);
    ret_place->offset = address; /* code of no module, made at run time */
    if (dladdr((const void *)(uintptr_t)inside(address), &found) != 0 && found.dli_fname != NULL) {
        name_module(ret_place, found.dli_fname);
        ret_place->offset = address - (uint64_t)(uintptr_t)found.dli_fbase;
    }
    /* libunwind also reads the table of symbols that are not exported, where the file has one. */
    int status = accessors->get_proc_name(unw_local_addr_space, inside(address), ret_place->symbol,
                                          sizeof ret_place->symbol, &offset, NULL);
    /* In a stripped file it gives the nearest symbol before, which may be that of another function. */
    uint64_t start = strobe_native_function(address);
    bool is_own = start == 0 || start == inside(address) - offset;
    if (is_own && (status == 0 || status == -UNW_ENOMEM)) { /* the latter: the name was cut */
        ret_place->symbol[sizeof ret_place->symbol - 1] = '\0';
        ret_place->offset = offset + 1;
    } else {
        ret_place->symbol[0] = '\0';
    }
}

/*
 * Finding a symbol reads the file's tables, some 0.1 ms; the same places come again and again. Libraries that Python
 * has loaded stay, so an address keeps its name.
 */
void strobe_native_resolve(uint64_t address, struct strobe_native_place *ret_place)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct known {
        uint64_t address;
        struct strobe_native_place place;
    } places[KNOWN_PLACES];
    struct known *known = &places[(address * 0x9E3779B97F4A7C15u >> 32) % KNOWN_PLACES];
    pthread_mutex_lock(&lock);
    if (known->address != address) {
        find_place(address, &known->place);
        known->address = address;
    }
    *ret_place = known->place;
    pthread_mutex_unlock(&lock);
}
