// What an EventLoop is made of; only for the .cpp files of this folder, since it brings in Asio.
#pragma once

#include "net/event_loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace sluice::net {

struct EventLoop::Impl {
  struct Thread {
    Thread() : context(1), work(context.get_executor()) {}  // 1: only one thread runs it

    boost::asio::io_context context;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work;
    std::thread thread;
  };
  struct Timer;

  // The next thread in turn.
  Thread& pick() {
    // Relaxed: only the spread matters, nothing is published through the counter.
    return *threads[next.fetch_add(1, std::memory_order_relaxed) % threads.size()];
  }

  std::vector<std::unique_ptr<Thread>> threads;
  std::atomic<std::size_t> next = 0;
  std::atomic<TimerId> last_timer = 0;

  std::mutex mutex;  // guards timers
  std::unordered_map<TimerId, std::shared_ptr<Timer>> timers;
};

}  // namespace sluice::net
