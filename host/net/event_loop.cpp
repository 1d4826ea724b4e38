// The loop's threads and its timers.
#include "net/event_loop.hpp"

#include "base/worker_pool.hpp"
#include "net/event_loop_impl.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <condition_variable>
#include <string>
#include <utility>

namespace sluice::net {

namespace asio = boost::asio;

// Shared by the table and by the wait that is under way. `alarm` is touched by its thread alone.
struct EventLoop::Impl::Timer : std::enable_shared_from_this<Timer> {
  Timer(asio::io_context& context, std::chrono::milliseconds every, std::function<void()> callback)
      : alarm(context), period(every), work(std::move(callback)) {}

  void arm(std::chrono::steady_clock::time_point at) {
    alarm.expires_at(at);
    alarm.async_wait([self = shared_from_this()](const boost::system::error_code& failure) {
      if (!failure) self->run();
    });
  }

  void run() {
    {
      const std::scoped_lock lock(mutex);
      if (cancelled) return;
      runner = std::this_thread::get_id();
    }
    work();
    bool again = false;
    {
      const std::scoped_lock lock(mutex);
      runner = {};
      again = !cancelled && period.count() > 0;
    }
    ended.notify_all();
    if (again) {
      // From the due time, so that the period does not drift; never into the past, so that a run
      // that took longer than the period is not followed by a burst.
      arm(std::max(alarm.expiry() + period, std::chrono::steady_clock::now()));
    }
  }

  asio::steady_timer alarm;
  const std::chrono::milliseconds period;
  const std::function<void()> work;
  std::condition_variable ended;
  std::mutex mutex;  // guards what follows
  bool cancelled = false;
  std::thread::id runner;  // none while the callback is not running
};

EventLoop::EventLoop(unsigned threads) : impl_(std::make_unique<Impl>()) {
  for (unsigned i = 0; i < std::max(threads, 1U); ++i) {
    impl_->threads.push_back(std::make_unique<Impl::Thread>());
  }
  for (std::size_t i = 0; i < impl_->threads.size(); ++i) {
    auto& loop = *impl_->threads[i];
    loop.thread = std::thread([&loop, i] {
      name_thread("net-" + std::to_string(i));
      loop.context.run();
    });
  }
}

EventLoop::~EventLoop() { stop(); }

void EventLoop::post(std::function<void()> work) {
  asio::post(impl_->pick().context, std::move(work));
}

TimerId EventLoop::start_timer(std::chrono::milliseconds delay, std::chrono::milliseconds period,
                               std::function<void()> work) {
  const TimerId id = impl_->last_timer.fetch_add(1, std::memory_order_relaxed) + 1;
  auto& context = impl_->pick().context;
  const bool once = period.count() == 0;
  auto body = std::move(work);
  if (once) {
    body = [this, id, inner = std::move(body)] {
      inner();
      const std::scoped_lock lock(impl_->mutex);
      impl_->timers.erase(id);
    };
  }
  const auto timer = std::make_shared<Impl::Timer>(context, period, std::move(body));
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->timers.emplace(id, timer);
  }
  asio::post(context, [timer, at = std::chrono::steady_clock::now() + delay] { timer->arm(at); });
  return id;
}

void EventLoop::cancel_timer(TimerId id) {
  std::shared_ptr<Impl::Timer> timer;
  {
    const std::scoped_lock lock(impl_->mutex);
    const auto found = impl_->timers.find(id);
    if (found == impl_->timers.end()) return;
    timer = std::move(found->second);
    impl_->timers.erase(found);
  }
  {
    std::unique_lock lock(timer->mutex);
    timer->cancelled = true;
    timer->ended.wait(lock, [&] {
      return timer->runner == std::thread::id() || timer->runner == std::this_thread::get_id();
    });
  }
  asio::post(timer->alarm.get_executor(), [timer] { timer->alarm.cancel(); });
}

bool EventLoop::on_loop_thread() const {
  return std::any_of(impl_->threads.begin(), impl_->threads.end(), [](const auto& loop) {
    return loop->context.get_executor().running_in_this_thread();
  });
}

void EventLoop::stop() {
  for (const auto& loop : impl_->threads) loop->context.stop();
  for (const auto& loop : impl_->threads) {
    if (loop->thread.joinable()) loop->thread.join();
  }
}

}  // namespace sluice::net
