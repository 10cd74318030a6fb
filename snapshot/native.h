/**
 * Frames of C code: their addresses, taken cheaply where they run, and their names, found later on another thread.
 * Through libunwind. `eval` is the interpreter's loop: one of its frames covers all Python frames that it called
 * without leaving C, so that frames of C code can be put between those of Python.
 */
#ifndef STROBE_SNAPSHOT_NATIVE_H
#define STROBE_SNAPSHOT_NATIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STROBE_NATIVE_SYMBOL_BYTES = 256, STROBE_NATIVE_MODULE_BYTES = 1024 };

/** Where an address is. */
struct strobe_native_place {
    char symbol[STROBE_NATIVE_SYMBOL_BYTES]; /* empty: not known */
    char module[STROBE_NATIVE_MODULE_BYTES]; /* path of the library or program; empty: not known */
    uint64_t offset;                         /* from the symbol; else from the module; else the address */
};

/**
 * Take the return addresses of the calling thread's stack, innermost first, beginning with the caller of the caller.
 * Runs in the program's thread: allocates nothing from the heap; libunwind may take the loader's lock for a moment.
 * @return how many, at most `max`
 */
size_t strobe_native_record(uint64_t *ret_addresses, size_t max);

/** The beginning of the function that `address` is in, as the unwind tables say; 0 when they do not. Thread: any. */
uint64_t strobe_native_function(uint64_t address);

/**
 * Tell which function the interpreter's loop is: the start of it as strobe_native_function() gives it, 0 when it could
 * not be found. Called once, before there are images.
 */
void strobe_native_set_eval(uint64_t function);

/** Whether `address` is in the interpreter's loop. Thread: any. */
bool strobe_native_is_eval(uint64_t address);

/** Find symbol and module. Reads files; for the link thread. */
void strobe_native_resolve(uint64_t address, struct strobe_native_place *ret_place);

#endif
