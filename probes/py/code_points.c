#include "probes/py/code_points.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/py/bytecode.h"
#include "base/py/line_table.h"
#include "strobe/error.h"

#if PY_VERSION_HEX >= 0x030C0000

/* What is known of one code object while its points are looked for; arrays have an item for each code unit. */
struct survey {
    int count;
    int *lines;     /* 0: none */
    int *passes;    /* of an instruction that jumps back in a loop: where to; else 0 */
    uint8_t *marks; /* enum mark, or-ed */
    bool slow;      /* LINE takes time that grows with the function */
};

enum mark {
    MARK_BEGINS = 1, /* a pass of its line begins here */
    MARK_LOOPS = 2,  /* jumps back inside its line */
    MARK_SILENT = 4, /* no event comes from here; the next instruction stands for it */
    MARK_LEADS = 8,  /* goes on with a begin of its own line */
    MARK_LANDS = 16  /* one that leads may go here instead */
};

/* CPython keeps the distance of a line from where it would be if each took 16 units, in eight bits; beyond them it
 * decodes the table from its start for each event (gh-127953, fixed in 3.13.3). */
static bool is_far(PyCodeObject *code, const struct strobe_line_range *range)
{
    int distance = range->line - code->co_firstlineno - (range->start / STROBE_UNIT_BYTES >> 4);
    return range->line > 0 && (distance < -126 || distance > 127);
}

static void read_lines(PyCodeObject *code, struct survey *survey)
{
    struct strobe_line_table table;
    struct strobe_line_range range;
    bool fixed = Py_Version >= 0x030D0300;
    strobe_line_table_open(code, &table);
    while (strobe_line_table_next(&table, &range)) {
        survey->slow = survey->slow || (!fixed && is_far(code, &range));
        for (int unit = range.start / STROBE_UNIT_BYTES; unit < range.end / STROBE_UNIT_BYTES && unit < survey->count;
             unit++) {
            survey->lines[unit] = range.line;
        }
    }
}

static void mark_jump(struct survey *survey, const struct strobe_instruction *instruction)
{
    if (instruction->target < 0) {
        return;
    }
    int line = survey->lines[instruction->opcode_at];
    int target_line = survey->lines[instruction->target];
    if (instruction->loops) {
        survey->passes[instruction->at] = instruction->target;
        survey->marks[instruction->at] |= target_line == line ? MARK_LOOPS : 0;
    } else if (target_line != line) {
        survey->marks[instruction->target] |= MARK_BEGINS;
    }
}

/* Mark where the flow comes from another line: from the instruction before or by a jump. */
static void mark_instructions(PyCodeObject *code, struct survey *survey, struct strobe_bytecode *bytecode)
{
    struct strobe_instruction instruction;
    int current = 0;     /* line of the instruction before */
    bool arrives = true; /* it goes on with this one */
    while (strobe_bytecode_next(bytecode, &instruction)) {
        int line = survey->lines[instruction.opcode_at];
        if (instruction.at < code->_co_firsttraceable) { /* sets up the frame, and runs without events */
            continue;
        }
        if (instruction.silent) {
            survey->marks[instruction.at] |= MARK_SILENT;
        } else {
            if (arrives && line != current) {
                survey->marks[instruction.at] |= MARK_BEGINS;
            }
            current = line;
            arrives = instruction.falls_through;
        }
        mark_jump(survey, &instruction);
    }
}

static void mark_handlers(PyCodeObject *code, struct survey *survey)
{
    struct strobe_exception_range range;
    for (Py_ssize_t position = 0; strobe_exception_table_next(code, &position, &range);) {
        if (range.handler >= survey->count) {
            continue;
        }
        for (int unit = range.start; unit < range.end && unit < survey->count; unit++) {
            if (survey->lines[unit] != survey->lines[range.handler]) {
                survey->marks[range.handler] |= MARK_BEGINS;
                break;
            }
        }
    }
}

/* What falls on an instruction without events goes to the one after it, if that is of the same line. */
static void shift_silent(struct survey *survey)
{
    for (int unit = 0; unit + 1 < survey->count; unit++) {
        if ((survey->marks[unit] & MARK_SILENT) != 0 && (survey->marks[unit] & MARK_BEGINS) != 0 &&
            survey->lines[unit] == survey->lines[unit + 1]) {
            survey->marks[unit + 1] |= MARK_BEGINS;
            survey->marks[unit] &= (uint8_t)~MARK_BEGINS;
        }
    }
}

static bool is_wanted(int line, const int *lines, size_t lines_count);

/* Where an instruction that is reported may go: next and jump; -1 for neither. */
static void successors(const struct survey *survey, const struct strobe_instruction *instruction, int ret_units[2])
{
    ret_units[0] = instruction->falls_through && instruction->next < survey->count ? instruction->next : -1;
    ret_units[1] = instruction->target;
    if (ret_units[0] >= 0 && (survey->marks[ret_units[0]] & MARK_SILENT) != 0) {
        ret_units[0] = -1; /* a yield, which the line goes on after: as with a tracer, that is another pass */
    }
}

static void mark_landings(PyCodeObject *code, struct survey *survey, int unit, const int landings[2])
{
    struct strobe_exception_range range;
    for (int i = 0; i < 2; i++) {
        if (landings[i] >= 0) {
            survey->marks[landings[i]] |= MARK_LANDS;
        }
    }
    for (Py_ssize_t position = 0; strobe_exception_table_next(code, &position, &range);) {
        if (range.handler < survey->count && unit >= range.start && unit < range.end) {
            survey->marks[range.handler] |= MARK_LANDS;
        }
    }
    /* A call that ended by an exception may have left its frame's place to a new one. */
    survey->marks[code->_co_firsttraceable] |= MARK_LANDS;
}

/* Mark what leads to a begin of its own line. */
static void mark_leads(PyCodeObject *code, struct survey *survey, struct strobe_bytecode *bytecode, const int *lines,
                       size_t lines_count)
{
    struct strobe_instruction instruction;
    bytecode->position = 0;
    while (strobe_bytecode_next(bytecode, &instruction)) {
        int line = survey->lines[instruction.opcode_at];
        int landings[2];
        if (instruction.at < code->_co_firsttraceable || instruction.silent || instruction.loops ||
            !is_wanted(line, lines, lines_count)) {
            continue;
        }
        successors(survey, &instruction, landings);
        for (int i = 0; i < 2; i++) {
            if (landings[i] >= 0 && survey->lines[landings[i]] == line &&
                (survey->marks[landings[i]] & MARK_BEGINS) != 0) {
                survey->marks[instruction.at] |= MARK_LEADS;
            }
        }
        if ((survey->marks[instruction.at] & MARK_LEADS) != 0) {
            mark_landings(code, survey, instruction.at, landings);
        }
    }
}

static int survey_make(PyCodeObject *code, const int *lines, size_t lines_count, struct survey *survey)
{
    struct strobe_bytecode bytecode;
    int status = strobe_bytecode_open(code, &bytecode);
    if (status < 0) {
        return status;
    }
    survey->count = bytecode.count;
    survey->lines = calloc((size_t)bytecode.count + 1, sizeof *survey->lines);
    survey->passes = calloc((size_t)bytecode.count + 1, sizeof *survey->passes);
    survey->marks = calloc((size_t)bytecode.count + 1, sizeof *survey->marks);
    if (survey->lines != NULL && survey->passes != NULL && survey->marks != NULL) {
        read_lines(code, survey);
        mark_instructions(code, survey, &bytecode);
        mark_handlers(code, survey);
        shift_silent(survey);
        mark_leads(code, survey, &bytecode, lines, lines_count);
    } else {
        status = STROBE_ENOMEM;
    }
    strobe_bytecode_close(&bytecode);
    return status;
}

static int compare_lines(const void *a, const void *b)
{
    return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

static bool is_wanted(int line, const int *lines, size_t lines_count)
{
    return line > 0 && bsearch(&line, lines, lines_count, sizeof line, compare_lines) != NULL;
}

struct point_list {
    struct strobe_point *items;
    size_t count;
};

static int append(struct point_list *points, int unit, int line, enum strobe_point_kind kind)
{
    if (points->count % 16 == 0) {
        struct strobe_point *more = realloc(points->items, (points->count + 16) * sizeof *more);
        if (more == NULL) {
            return STROBE_ENOMEM;
        }
        points->items = more;
    }
    points->items[points->count++] = (struct strobe_point){unit * STROBE_UNIT_BYTES, line, kind};
    return 0;
}

/* The line of which a jump back begins the next pass, or 0. The jump stands for its target where the first pass comes
 * from the same line: `for x in y: f(x)` jumps to what follows the making of the iterator. */
static int line_of_pass(const struct survey *survey, int unit)
{
    int target = survey->passes[unit];
    return target > 0 && (survey->marks[target] & MARK_BEGINS) == 0 ? survey->lines[target] : 0;
}

/* @return whether LINE does not serve the lines, or STROBE_ENOMEM */
static int collect(const struct survey *survey, const int *lines, size_t lines_count, struct point_list *points)
{
    bool needed = survey->slow;
    int status = 0;
    for (int unit = 0; status == 0 && unit < survey->count; unit++) {
        bool begins = (survey->marks[unit] & MARK_BEGINS) != 0 && is_wanted(survey->lines[unit], lines, lines_count);
        bool loops = (survey->marks[unit] & MARK_LOOPS) != 0;
        bool repeats = is_wanted(line_of_pass(survey, unit), lines, lines_count);
        needed = needed || (loops && is_wanted(survey->lines[unit], lines, lines_count));
        bool leads = (survey->marks[unit] & MARK_LEADS) != 0;
        bool lands = (survey->marks[unit] & MARK_LANDS) != 0 && !begins && !leads;
        int line = survey->lines[unit];
        status = begins ? append(points, unit, line, STROBE_POINT_BEGIN) : 0;
        status =
            status == 0 && repeats ? append(points, unit, line_of_pass(survey, unit), STROBE_POINT_REPEAT) : status;
        status = status == 0 && leads ? append(points, unit, line, STROBE_POINT_LEAD) : status;
        status = status == 0 && lands ? append(points, unit, line, STROBE_POINT_LANDING) : status;
    }
    return status < 0 ? status : needed;
}

int strobe_code_points_find(PyCodeObject *code, const int *lines, size_t lines_count, struct strobe_point **ret_points,
                            size_t *ret_count)
{
    struct survey survey = {0};
    struct point_list points = {0};
    int status = survey_make(code, lines, lines_count, &survey);
    if (status == 0) {
        status = collect(&survey, lines, lines_count, &points);
    }
    if (status <= 0) {
        free(points.items);
        points = (struct point_list){0};
    }
    if (status >= 0) {
        *ret_points = points.items;
        *ret_count = points.count;
    }
    free(survey.lines);
    free(survey.passes);
    free(survey.marks);
    return status < 0 ? status : 0;
}

size_t strobe_code_points_at(const struct strobe_point *points, size_t count, int offset)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (points[middle].offset < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

#endif
