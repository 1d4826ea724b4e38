// VectorIndex and kill -9: what was answered is there afterwards, whole, and nothing else is
// broken.
#include "vector_index.hpp"

#include "sample.hpp"
#include "scratch_folder.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <vector>

namespace local_vectors {
namespace {

constexpr int kWaitMs = 30'000;  // for the child's first documents; far more than they take
constexpr std::uint32_t kChunks = 4;
constexpr std::size_t kDimension = 32;

std::vector<float> vector_of(int document) {
  std::mt19937 random(static_cast<unsigned>(document));
  return random_vector(random, kDimension);
}

// Writes document after document, removes every third again, reports each once it is answered.
[[noreturn]] void work_until_killed(const std::filesystem::path& file, int out) {
  VectorIndex index({.file = file});
  for (int document = 0;; ++document) {
    const std::string id = std::to_string(document);
    const std::vector<float> vector = vector_of(document);
    std::vector<Change> changes;
    for (std::uint32_t ordinal = 0; ordinal < kChunks; ++ordinal)
      changes.push_back(put(id, ordinal, vector));
    index.apply(changes);
    const Change removal = remove_from(id, 0);
    if (document % 3 == 0) index.apply({&removal, 1});
    if (write(out, &document, sizeof document) != sizeof document) _exit(1);
  }
}

// Runs a writer, kills it once it has reported `documents`, and returns the last it reported.
int run_and_kill(const std::filesystem::path& file, int documents) {
  std::array<int, 2> pipe_ends{};
  if (pipe(pipe_ends.data()) != 0) return -1;
  const pid_t child = fork();
  if (child == 0) work_until_killed(file, pipe_ends[1]);
  close(pipe_ends[1]);
  int last = -1;
  int document = 0;
  pollfd ready{.fd = pipe_ends[0], .events = POLLIN, .revents = 0};
  while (last < documents && poll(&ready, 1, kWaitMs) == 1 &&
         read(pipe_ends[0], &document, sizeof document) == sizeof document)
    last = document;
  kill(child, SIGKILL);
  while (read(pipe_ends[0], &document, sizeof document) == sizeof document) last = document;
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? last : -1;
}

TEST(VectorCrash, WhatWasAnsweredSurvivesKill) {
  for (const int documents : {1, 20, 100}) {
    const ScratchFolder scratch;
    const std::filesystem::path file = scratch / "vectors.sqlite";
    const int last = run_and_kill(file, documents);
    ASSERT_GE(last, documents);

    VectorIndex index({.file = file});
    EXPECT_EQ(index.chunks(), index.documents() * kChunks);  // never half a document
    for (int document = 0; document <= last; ++document) {
      const std::vector<float> vector = vector_of(document);
      const auto found =
          std::get<Found>(index.search({.vector = vector, .limit = 1, .filter = {}}));
      ASSERT_EQ(found.hits.size(), 1U);
      const bool is_there = found.hits[0].document_id == std::to_string(document);
      EXPECT_EQ(is_there, document % 3 != 0) << document;
    }
  }
}

}  // namespace
}  // namespace local_vectors
