/* str.format(): fields by place, by name and by [key]. */
#include "probes/expression/py/format.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/subject.h"

enum { NESTING_MAX = 2, FIELD_NUMBER_MAX = 1000000 };

struct formatting {
    struct strobe_evaluation *evaluation;
    const struct strobe_arguments *arguments;
    Py_ssize_t next;   /* of fields without number */
    bool has_numbered; /* {0} */
    bool has_counted;  /* {} */
};

/* One {name!conversion:spec}, as places in the template. */
struct field {
    Py_ssize_t name, name_end;
    Py_ssize_t spec, spec_end;
    uint32_t conversion; /* or 0 */
    bool is_nested;      /* there are fields in the spec */
};

static int wrong(const struct formatting *f, const char *message)
{
    return strobe_evaluation_fail(f->evaluation, STROBE_FAULT_VALUE, "%s", message);
}

static uint32_t at(const struct strobe_text_view *view, Py_ssize_t i)
{
    return PyUnicode_READ(view->width, view->data, i);
}

/* ---- Taking a field apart ---- */

/* `*i` stands behind the '{', later behind the '}'. */
static int parse_spec(const struct formatting *f, const struct strobe_text_view *view, Py_ssize_t end, Py_ssize_t *i,
                      struct field *ret)
{
    int open = 1;
    ret->spec = *i;
    while (*i < end) {
        uint32_t c = at(view, (*i)++);
        ret->is_nested |= c == '{';
        open += (c == '{') - (c == '}');
        if (open == 0) {
            ret->spec_end = *i - 1;
            return 0;
        }
    }
    return wrong(f, "unmatched '{' in format spec");
}

static int parse_field(const struct formatting *f, const struct strobe_text_view *view, Py_ssize_t end, Py_ssize_t *i,
                       struct field *ret)
{
    uint32_t c = 0;
    *ret = (struct field){.name = *i};
    while (*i < end && c != '}' && c != ':' && c != '!') {
        c = at(view, (*i)++);
        if (c == '{') {
            return wrong(f, "unexpected '{' in field name");
        }
        while (c == '[' && *i < end && at(view, *i) != ']') {
            (*i)++;
        }
    }
    if (c != '}' && c != ':' && c != '!') {
        return wrong(f, "expected '}' before end of string");
    }
    ret->name_end = *i - 1;
    if (c == '!') {
        if (*i >= end) {
            return wrong(f, "end of string while looking for conversion specifier");
        }
        ret->conversion = at(view, (*i)++);
        c = *i < end ? at(view, (*i)++) : 0;
        if (c != '}' && c != ':' && c != 0) {
            return wrong(f, "expected ':' after conversion specifier");
        }
        if (c == 0) {
            return wrong(f, "unmatched '{' in format spec");
        }
    }
    return c == '}' ? 0 : parse_spec(f, view, end, i, ret);
}

/* ---- The value of a field ---- */

/* The digits [start, end) as a number. @return 1, 0 when it is none, or a negative code */
static int number_of(const struct formatting *f, const struct strobe_text_view *view, Py_ssize_t start, Py_ssize_t end,
                     Py_ssize_t *ret_number)
{
    Py_ssize_t number = 0;
    for (Py_ssize_t i = start; i < end; i++) {
        int digit = Py_UNICODE_TODECIMAL(at(view, i));
        if (digit < 0) {
            return 0;
        }
        if (number > FIELD_NUMBER_MAX) {
            return wrong(f, "Too many decimal digits in format string");
        }
        number = number * 10 + digit;
    }
    *ret_number = number;
    return start < end;
}

static int positional(const struct formatting *f, Py_ssize_t number, struct strobe_value *ret_value)
{
    if (number + 1 >= (Py_ssize_t)f->arguments->positional_count) {
        return strobe_evaluation_fail(f->evaluation, STROBE_FAULT_INDEX,
                                      "Replacement index %zd out of range for positional args tuple", number);
    }
    *ret_value = f->arguments->values[number + 1];
    return 0;
}

static int keyword(const struct formatting *f, const struct strobe_text_view *view, Py_ssize_t start, Py_ssize_t end,
                   struct strobe_value *ret_value)
{
    for (unsigned k = 0; k < f->arguments->keyword_count; k++) {
        struct strobe_text_view name;
        bool same =
            strobe_text_view_of(strobe_value_object(f->arguments->keywords[k]), &name) && name.length == end - start;
        for (Py_ssize_t i = 0; same && i < name.length; i++) {
            same = at(&name, i) == at(view, start + i);
        }
        if (same) {
            *ret_value = f->arguments->values[f->arguments->positional_count + k];
            return 0;
        }
    }
    return strobe_evaluation_fail(f->evaluation, STROBE_FAULT_KEY, "no argument of that name");
}

static int first_value(struct formatting *f, const struct strobe_text_view *view, Py_ssize_t start, Py_ssize_t end,
                       struct strobe_value *ret_value)
{
    Py_ssize_t number = 0;
    int found = number_of(f, view, start, end, &number);
    if (found < 0 || (found == 0 && start < end)) {
        return found < 0 ? found : keyword(f, view, start, end, ret_value);
    }
    f->has_numbered |= found == 1;
    f->has_counted |= found == 0;
    if (f->has_numbered && f->has_counted) {
        return wrong(f, found == 1 ? "cannot switch from automatic field numbering to manual field specification"
                                   : "cannot switch from manual field specification to automatic field numbering");
    }
    return positional(f, found == 1 ? number : f->next++, ret_value);
}

/* [key] behind a value; `*i` stands behind the '['. */
static int item(const struct formatting *f, const struct strobe_text_view *view, Py_ssize_t end, Py_ssize_t *i,
                struct strobe_value *value)
{
    struct strobe_value key = strobe_value_int(0);
    Py_ssize_t start = *i, number;
    while (*i < end && at(view, *i) != ']') {
        (*i)++;
    }
    if (*i >= end) {
        return wrong(f, "Missing ']' in format string");
    }
    if (*i == start) {
        return wrong(f, "Empty attribute in format string");
    }
    int status = number_of(f, view, start, *i, &number);
    if (status == 1) {
        key = strobe_value_int(number);
        status = 0;
    } else if (status == 0) {
        status = strobe_text_make_view(f->evaluation, view, start, *i, &key);
    }
    (*i)++;
    return status < 0 ? status : strobe_value_subscript(f->evaluation, *value, key, value);
}

static int value_of(struct formatting *f, const struct strobe_text_view *view, const struct field *field,
                    struct strobe_value *ret_value)
{
    Py_ssize_t i = field->name;
    while (i < field->name_end && at(view, i) != '.' && at(view, i) != '[') {
        i++;
    }
    int status = first_value(f, view, field->name, i, ret_value);
    while (status == 0 && i < field->name_end) {
        uint32_t c = at(view, i++);
        if (c == '.') {
            return strobe_evaluation_fail(f->evaluation, STROBE_FAULT_UNSAFE,
                                          "format() does not read attributes here; write an f-string");
        }
        if (c != '[') {
            return wrong(f, "Only '.' or '[' may follow ']' in format field specifier");
        }
        status = item(f, view, field->name_end, &i, ret_value);
    }
    return status;
}

/* ---- The whole ---- */

static int put_template(struct formatting *f, struct strobe_text_builder *builder, const struct strobe_text_view *view,
                        Py_ssize_t start, Py_ssize_t end, int nesting);

static int put_field(struct formatting *f, struct strobe_text_builder *builder, const struct strobe_text_view *view,
                     const struct field *field, int nesting)
{
    struct strobe_text_builder spec_builder;
    struct strobe_value value, spec, text;
    struct strobe_text_view made;
    int status = strobe_evaluation_spend(f->evaluation, 1);
    status = status < 0 ? status : value_of(f, view, field, &value);
    if (status == 0 && field->conversion != 0 && field->conversion != 'r' && field->conversion != 's' &&
        field->conversion != 'a') {
        return wrong(f, "Unknown conversion specifier");
    }
    if (status == 0 && field->is_nested) { /* NOLINTNEXTLINE(misc-no-recursion): NESTING_MAX */
        status = strobe_text_begin(f->evaluation, &spec_builder);
        status = status < 0 ? status : put_template(f, &spec_builder, view, field->spec, field->spec_end, nesting + 1);
        status = status < 0 ? status : strobe_text_end(&spec_builder, &spec);
    } else if (status == 0) {
        status = strobe_text_make_view(f->evaluation, view, field->spec, field->spec_end, &spec);
    }
    status = status < 0 ? status : strobe_format_value(f->evaluation, value, (int)field->conversion, &spec, &text);
    return status < 0 || !strobe_text_view_of(text, &made) ? status
                                                           : strobe_text_put_view(builder, &made, 0, made.length);
}

/* NOLINTNEXTLINE(misc-no-recursion): NESTING_MAX */
static int put_template(struct formatting *f, struct strobe_text_builder *builder, const struct strobe_text_view *view,
                        Py_ssize_t start, Py_ssize_t end, int nesting)
{
    if (nesting >= NESTING_MAX) {
        return wrong(f, "Max string recursion exceeded");
    }
    int status = 0;
    for (Py_ssize_t i = start; status == 0 && i < end;) {
        struct field field;
        uint32_t c = at(view, i++);
        bool doubled = i < end && at(view, i) == c;
        if (c != '{' && c != '}') {
            status = strobe_text_put(builder, c);
        } else if (doubled) {
            i++;
            status = strobe_text_put(builder, c);
        } else if (c == '}' || i == end) {
            return wrong(f, c == '}' ? "Single '}' encountered in format string"
                                     : "Single '{' encountered in format string");
        } else {
            status = parse_field(f, view, end, &i, &field);
            status = status < 0 ? status : put_field(f, builder, view, &field, nesting);
        }
    }
    return status;
}

int strobe_text_format(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    struct formatting formatting = {.evaluation = evaluation, .arguments = arguments};
    struct strobe_subject subject;
    struct strobe_text_builder builder;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : strobe_evaluation_spend(evaluation, 1 + subject.view.length / 16);
    status = status < 0 ? status : strobe_text_begin(evaluation, &builder);
    status = status < 0 ? status : put_template(&formatting, &builder, &subject.view, 0, subject.view.length, 0);
    return status < 0 ? status : strobe_text_end(&builder, ret_value);
}
