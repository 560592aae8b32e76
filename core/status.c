/* SPDX-License-Identifier: BSD-3-Clause */
#include <mdgan/status.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *mdgan_status_text(const mdgan_status status)
{
    switch (status) {
#define STATUS_CASE(name, value, text)                                                                                 \
    case MDGAN_##name:                                                                                                 \
        return text;
        MDGAN_STATUS_LIST(STATUS_CASE)
#undef STATUS_CASE
    }
    return "unknown status";
}

mdgan_status mdgan_fail(mdgan_error *const error, const mdgan_status status, const char *const format, ...)
{
    if (error) {
        /* Formatted aside first: callers add context with "...: %s", error->text. */
        mdgan_error text;
        va_list arguments;
        va_start(arguments, format);
        if (vsnprintf(text.text, sizeof text.text, format, arguments) < 0) {
            snprintf(text.text, sizeof text.text, "%s", mdgan_status_text(status));
        }
        va_end(arguments);
        memcpy(error->text, text.text, strlen(text.text) + 1);
    }
    return status;
}
