// SPDX-License-Identifier: GPL-2.0-only
/* Messages, help, JSON: what is said, and how. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "qosctl.h"

static void vsay(const char *format, va_list args)
{
	/* The reader sees output and complaint in the order they were made. */
	fflush(stdout);
	fputs("qosctl: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsay(format, args);
	va_end(args);
}

int fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsay(format, args);
	va_end(args);
	return STATUS_FAILURE;
}

int try_help(const char *command)
{
	fprintf(stderr, "Try 'qosctl%s%s --help'.\n", command ? " " : "",
		command ? command : "");
	return STATUS_USAGE;
}

int bad_usage(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsay(format, args);
	va_end(args);
	return try_help(command);
}

/* Output that could not be written is a failure, not a shorter answer. */
static int finish_output(void)
{
	if (fflush(stdout) || ferror(stdout))
		return fail("cannot write: %s", strerror(errno));
	return STATUS_OK;
}

int print_help(const char *text)
{
	fputs(text, stdout);
	return finish_output();
}

/* Consumes @object. */
int print_json(struct json_object *object)
{
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_SPACED |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
	return finish_output();
}

/*
 * Names that others chose go to a terminal and into JSON: nothing in them may
 * move the cursor or be no UTF-8.
 */
void make_printable(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0x7f || !isprint(*text))
			*text = '?';
}

void add_json_string(struct json_object *object, const char *key,
		     const char *value)
{
	json_object_object_add(object, key,
			       value ? json_object_new_string(value) : NULL);
}

void add_json_number(struct json_object *object, const char *key,
		     uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

void add_json_bool(struct json_object *object, const char *key, bool value)
{
	json_object_object_add(object, key, json_object_new_boolean(value));
}

bool parse_number(const char *text, unsigned long max, unsigned long *number)
{
	char *end;

	/* strtoul() takes signs and blanks; nobody means them here. */
	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*number = strtoul(text, &end, 0);
	return !errno && !*end && *number <= max;
}
