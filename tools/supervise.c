// SPDX-License-Identifier: GPL-2.0-only
/* qosctl mark -- COMMAND: wait for it and answer what it asks */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <json-c/json.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "qosctl.h"

#define LINGER_NS 10000000000L

struct watch {
	pid_t pid;
	bool ended;
	bool give_up;
	int status;
};

static int block_signals(void)
{
	static const int signals[] = {
		SIGCHLD, SIGINT, SIGQUIT, SIGTERM, SIGHUP,
	};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Orphans of the command are ours, too: without us they could not connect. */
static void reap(struct watch *watch, int flags)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, flags)) > 0) {
		if (pid != watch->pid)
			continue;
		watch->ended = true;
		watch->status = WIFSIGNALED(status) ?
			128 + WTERMSIG(status) : WEXITSTATUS(status);
	}
}

static void on_signal(struct watch *watch, int signals)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD) {
			reap(watch, WNOHANG);
			continue;
		}
		/* What the terminal sends, the command got itself. */
		if (info.ssi_code > 0)
			continue;
		if (!watch->ended)
			kill(watch->pid, (int)info.ssi_signo);
		else if (info.ssi_signo != SIGHUP)
			watch->give_up = true;
	}
}

/* Until the last process under the filter is gone. */
static void supervise(struct marker *marker, struct watch *watch,
		      int listener, int signals)
{
	struct pollfd polled[] = {
		{ .fd = listener, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	while (!watch->give_up) {
		if (poll(polled, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			break;
		}
		if (polled[1].revents)
			on_signal(watch, signals);
		if (polled[0].revents & POLLIN)
			answer(marker, listener);
		else if (polled[0].revents)
			break;
	}
	/* The filter may go before the last process has closed its sockets. */
	if (!watch->give_up)
		reap(watch, 0);
}

/*
 * A connection outlives its process until the peer has all of it, and shall
 * keep its mark so long. A dead peer must not keep us for ever, nor whoever
 * has heard enough.
 */
static void linger(const struct session *session)
{
	struct timespec pause = { .tv_nsec = 1000000 };
	long waited = 0;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTERM);
	while (session->flow_id && waited < LINGER_NS &&
	       !device_has_flow(session->device, session->flow_id) &&
	       sigtimedwait(&set, NULL, &pause) < 0) {
		waited += pause.tv_nsec;
		if (pause.tv_nsec < 100000000)
			pause.tv_nsec *= 2;
	}
}

/* On standard error: standard output is the command's. */
static void print_summary(const struct marker *marker, int status)
{
	struct json_object *object = json_object_new_object();

	add_json_string(object, "type", type_name(marker->session.type));
	json_object_object_add(object, "dscp_asked", marker->session.dscp < 0 ?
			       NULL :
			       json_object_new_int(marker->session.dscp));
	add_json_string(object, "dscp_asked_name",
			dscp_name(marker->session.dscp));
	add_json_number(object, "last_flow", marker->session.flow_id);
	add_json_number(object, "added", marker->added);
	add_json_number(object, "refused", marker->refused);
	add_json_number(object, "exit_status", status);
	fprintf(stderr, "%s\n",
		json_object_to_json_string_ext(object,
					       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

int mark_command(struct marker *marker, char *const argv[], bool json)
{
	struct watch watch = { 0 };
	int signals, listener, err;

	err = session_rehearse(&marker->session);
	if (err)
		return fail("cannot make a flow: %s", session_error(err));
	signals = block_signals();
	if (signals < 0)
		return fail("signalfd: %s", strerror(errno));
	/* Keeps background processes our descendants, whom we may look into. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);

	watch.pid = launch(argv, &listener, &watch.status);
	if (watch.pid < 0)
		return watch.status;
	supervise(marker, &watch, listener, signals);
	close(listener);
	if (!watch.give_up)
		linger(&marker->session);
	close(signals);
	if (json)
		print_summary(marker, watch.status);
	return watch.status;
}
