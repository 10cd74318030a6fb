/** Finding code objects that existed before anyone watched. GIL: held; released between slices. */
#ifndef STROBE_PROBES_CODE_DISCOVERY_H
#define STROBE_PROBES_CODE_DISCOVERY_H

#include "probes/py/code_index.h"

#if PY_VERSION_HEX >= 0x030C0000
#define STROBE_HAVE_CODE_WATCHER 1
#else
#define STROBE_HAVE_CODE_WATCHER 0
#endif

/** Add to `index` the code of functions, generators, coroutines and running frames, and the code inside their code. */
void strobe_code_discover(struct strobe_code_index *index);

/** In code_index.c: note `code`, if it is new. @return whether it is (`index->latest` is its file then) */
bool strobe_code_index_add(struct strobe_code_index *index, PyCodeObject *code);

#endif
