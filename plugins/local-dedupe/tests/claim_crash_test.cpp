// ClaimStore and kill -9: what was answered is kept, and the host takes up its own work again.
#include "claim_store.hpp"

#include "scratch_folder.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <vector>

namespace local_dedupe {
namespace {

constexpr const char* kScope = "crawl";
constexpr int kWaitMs = 30'000;  // for the child's first pages; far more than they take

Key key_of(const std::string& id) { return {.scope = kScope, .id = id}; }

// Claims page after page, settles every other one, and reports each on `out` once it is answered.
[[noreturn]] void work_until_killed(const std::filesystem::path& file, int out) {
  ClaimStore store({.file = file, .owner = "a"});
  for (int page = 0;; ++page) {
    const std::string id = std::to_string(page);
    const Key key = key_of(id);
    Answer answer{};
    if (store.claim({&key, 1}, {}, {&answer, 1}) || answer != Answer::kNew) _exit(1);
    if (page % 2 == 0 && store.settle({&key, 1}, Ending::kDone)) _exit(1);
    if (write(out, &page, sizeof page) != sizeof page) _exit(1);
  }
}

// Runs a worker, kills it once it has reported `pages`, and returns the last page it reported.
int run_and_kill(const std::filesystem::path& file, int pages) {
  std::array<int, 2> pipe_ends{};
  if (pipe(pipe_ends.data()) != 0) return -1;
  const pid_t child = fork();
  if (child == 0) work_until_killed(file, pipe_ends[1]);
  close(pipe_ends[1]);
  int last = -1;
  int page = 0;
  pollfd ready{.fd = pipe_ends[0], .events = POLLIN, .revents = 0};
  while (last < pages && poll(&ready, 1, kWaitMs) == 1 &&
         read(pipe_ends[0], &page, sizeof page) == sizeof page)
    last = page;
  kill(child, SIGKILL);
  while (read(pipe_ends[0], &page, sizeof page) == sizeof page) last = page;
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? last : -1;
}

TEST(ClaimCrash, WhatWasAnsweredSurvivesKill) {
  for (const int pages : {1, 20, 150}) {
    const ScratchFolder scratch;
    const std::filesystem::path file = scratch / "claims.sqlite";
    const int last = run_and_kill(file, pages);
    ASSERT_GE(last, pages);

    ClaimStore other({.file = file, .owner = "b"});
    ClaimStore again({.file = file, .owner = "a"});
    for (int page = 0; page <= last; ++page) {
      const std::string id = std::to_string(page);
      const Key key = key_of(id);
      Answer answer{};
      ASSERT_FALSE(other.claim({&key, 1}, {}, {&answer, 1}));
      EXPECT_EQ(answer, page % 2 == 0 ? Answer::kSame : Answer::kBusy) << page;
      ASSERT_FALSE(again.claim({&key, 1}, {}, {&answer, 1}));
      EXPECT_EQ(answer, page % 2 == 0 ? Answer::kSame : Answer::kNew) << page;
    }
  }
}

}  // namespace
}  // namespace local_dedupe
