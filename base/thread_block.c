/*
 * A block lies in memory of its own, made when a thread first uses it, or at a fixed distance from the thread pointer:
 * that is decided when the object is loaded, by how it was compiled and where room was left, and glibc does not say
 * it. The relocations do: those of the fixed kind have become the distance (R_..._TPOFF, and TLS descriptors, which are
 * the rule on 64-bit Arm, when they are resolved to one).
 *
 * dlinfo(RTLD_DI_TLS_DATA) looks at what the thread has and leaves it as it is. __tls_get_addr() allocates the block
 * and takes a lock for that, and dl_iterate_phdr() takes one too; who holds them may wait for the caller.
 */
#include "base/thread_block.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <string.h>

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 35) && (defined(__x86_64__) || defined(__aarch64__))

enum { RELOCATIONS_MAX = 65536, DISTANCE_MAX = 1 << 20 };

#ifdef __x86_64__
enum { FIXED = R_X86_64_TPOFF64, DESCRIPTOR = R_X86_64_TLSDESC };
#else
enum { FIXED = R_AARCH64_TLS_TPREL, DESCRIPTOR = R_AARCH64_TLSDESC };
#endif

static uintptr_t thread_pointer(void)
{
#ifdef __x86_64__
    return (uintptr_t)pthread_self();
#else
    return (uintptr_t)__builtin_thread_pointer();
#endif
}

/* ---- How large ---- */

static size_t count_words(struct strobe_own_memory *memory, uintptr_t start)
{
    ElfW(Ehdr) header;
    ElfW(Phdr) segment;
    if (!strobe_own_memory_read(memory, start, &header, sizeof header) ||
        memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_phentsize != sizeof segment) {
        return 0;
    }
    for (unsigned i = 0; i < header.e_phnum; i++) {
        if (!strobe_own_memory_read(memory, start + header.e_phoff + i * sizeof segment, &segment, sizeof segment)) {
            return 0;
        }
        if (segment.p_type == PT_TLS) {
            return segment.p_align >= sizeof(uintptr_t) ? segment.p_memsz / sizeof(uintptr_t) : 0;
        }
    }
    return 0;
}

/* ---- Where ---- */

/* The distance that a relocation has become, of the block's beginning; those of named variables are passed over. */
static bool read_distance(struct strobe_own_memory *memory, uintptr_t base, const ElfW(Rela) * relocation,
                          intptr_t *ret_distance)
{
    unsigned long type = ELF64_R_TYPE(relocation->r_info);
    intptr_t value;
    if ((type != FIXED && type != DESCRIPTOR) || ELF64_R_SYM(relocation->r_info) != 0) {
        return false;
    }
    uintptr_t place = base + relocation->r_offset + (type == DESCRIPTOR ? sizeof(uintptr_t) : 0);
    if (!strobe_own_memory_read(memory, place, &value, sizeof value) || value > DISTANCE_MAX || value < -DISTANCE_MAX) {
        return false; /* a descriptor of a block that threads make for themselves has an address there */
    }
    *ret_distance = value - relocation->r_addend;
    return true;
}

static bool search(struct strobe_own_memory *memory, uintptr_t base, uintptr_t table, size_t bytes,
                   intptr_t *ret_distance)
{
    ElfW(Rela) relocation;
    table += table < base ? base : 0; /* glibc adds it itself, where it can write there */
    for (size_t i = 0; i < bytes / sizeof relocation && i < RELOCATIONS_MAX; i++) {
        if (!strobe_own_memory_read(memory, table + i * sizeof relocation, &relocation, sizeof relocation)) {
            return false;
        }
        if (read_distance(memory, base, &relocation, ret_distance)) {
            return true;
        }
    }
    return false;
}

static bool find_distance(struct strobe_own_memory *memory, const struct link_map *object, intptr_t *ret_distance)
{
    uintptr_t tables[2] = {0, 0};
    size_t bytes[2] = {0, 0};
    for (const ElfW(Dyn) *entry = object->l_ld; entry != NULL && entry->d_tag != DT_NULL; entry++) {
        switch (entry->d_tag) {
        case DT_RELA:
            tables[0] = entry->d_un.d_ptr;
            break;
        case DT_RELASZ:
            bytes[0] = entry->d_un.d_val;
            break;
        case DT_JMPREL:
            tables[1] = entry->d_un.d_ptr;
            break;
        case DT_PLTRELSZ:
            bytes[1] = entry->d_un.d_val;
            break;
        default:
            break;
        }
    }
    return search(memory, object->l_addr, tables[0], bytes[0], ret_distance) ||
           search(memory, object->l_addr, tables[1], bytes[1], ret_distance);
}

bool strobe_thread_block_find(struct strobe_own_memory *memory, const void *address,
                              struct strobe_thread_block *ret_block)
{
    struct dl_find_object object;
    uintptr_t number = (uintptr_t)address;
    void *place;
    memcpy(&place, &number, sizeof place);
    if (_dl_find_object(place, &object) != 0) {
        return false;
    }
    struct strobe_thread_block block = {.object = object.dlfo_link_map,
                                        .words = count_words(memory, (uintptr_t)object.dlfo_map_start)};
    if (block.words == 0) {
        return false;
    }
    block.is_fixed = find_distance(memory, object.dlfo_link_map, &block.distance);
    *ret_block = block;
    return true;
}

const uintptr_t *strobe_thread_block_own(const struct strobe_thread_block *block)
{
    void *own = NULL;
    if (block->words > 0 && block->is_fixed) {
        uintptr_t address = thread_pointer() + (uintptr_t)block->distance;
        memcpy(&own, &address, sizeof own);
    } else if (block->words > 0 && dlinfo(block->object, RTLD_DI_TLS_DATA, &own) != 0) {
        own = NULL;
    }
    return own;
}

#else

bool strobe_thread_block_find(struct strobe_own_memory *memory, const void *address,
                              struct strobe_thread_block *ret_block)
{
    (void)memory;
    (void)address;
    (void)ret_block;
    return false;
}

const uintptr_t *strobe_thread_block_own(const struct strobe_thread_block *block)
{
    (void)block;
    return NULL;
}

#endif
