// Instance: once it is quiet, nothing of its component runs any more, whatever the component tried
// meanwhile.
#include "services/instance.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::services {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class InstanceTest : public testing::Test {
 protected:
  const sluice_host* host() { return instance_->handle(); }
  template <class T>
  const T& table(const char* id) {
    return *static_cast<const T*>(host()->get_interface(host(), id));
  }
  const sluice_timer& timers() { return table<sluice_timer>(SLUICE_IFACE_TIMER); }
  const sluice_http_client& http() { return table<sluice_http_client>(SLUICE_IFACE_HTTP_CLIENT); }

  observe::Log log_{{.level = observe::Level::kError,
                     .format = observe::Log::Format::kText,
                     .sink = [](std::string_view) {},
                     .clock = nullptr}};
  observe::Metrics metrics_;
  plugin::Faults faults_{metrics_, log_};
  net::EventLoop loop_{1};
  net::Client client_{loop_};
  net::Router router_;
  WorkerPool workers_{"worker", 1};
  Shared shared_{log_, metrics_, faults_, loop_, client_, router_, workers_, nullptr, {}};
  std::unique_ptr<Instance> instance_ =
      std::make_unique<Instance>(shared_, plugin::Callee("t.stage", "1.0", "stage"));
};

sluice_str c_str(std::string_view text) { return {text.data(), text.size()}; }

// Takes connections and never says anything.
class SilentServer {
 public:
  SilentServer() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(socket_, raw, size), 0);
    EXPECT_EQ(listen(socket_, 1), 0);
    EXPECT_EQ(getsockname(socket_, raw, &size), 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
  }
  ~SilentServer() { close(socket_); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;

  const std::string& url() const { return url_; }

 private:
  const int socket_ = socket(AF_INET, SOCK_STREAM, 0);
  std::string url_;
};

sluice_http_request request_to(const std::string& url) {
  sluice_http_request request{};
  request.struct_size = sizeof request;
  request.method = c_str("GET");
  request.url = c_str(url);
  return request;
}

TEST_F(InstanceTest, ForgetsATimerThatHasFired) {
  std::promise<void> fired;
  uint64_t id = 0;
  ASSERT_EQ(timers().start(
                host(), 0, 0, [](void* ctx) { static_cast<std::promise<void>*>(ctx)->set_value(); },
                &fired, &id),
            SLUICE_OK);
  ASSERT_EQ(fired.get_future().wait_for(seconds(30)), std::future_status::ready);
  std::promise<void> next;  // of the loop's one thread, so the timer's turn is over
  loop_.post([&] { next.set_value(); });
  ASSERT_EQ(next.get_future().wait_for(seconds(30)), std::future_status::ready);
  EXPECT_EQ(instance_->drop_timer(id), 0U);
}

TEST_F(InstanceTest, StartsNoTimerOnceItIsQuiet) {
  EXPECT_TRUE(instance_->quiet());
  std::atomic<bool> has_fired{false};
  uint64_t id = 0;
  const auto started = timers().start(
      host(), 0, 0, [](void* ctx) { *static_cast<std::atomic<bool>*>(ctx) = true; }, &has_fired,
      &id);
  EXPECT_EQ(started, SLUICE_E_STOPPING);
  instance_.reset();
  std::promise<void> turn;
  loop_.start_timer(milliseconds(1), {}, [&] { turn.set_value(); });
  turn.get_future().wait();
  EXPECT_FALSE(has_fired);
}

// A component that starts a timer whenever a request of its own fails.
TEST_F(InstanceTest, StartsNoTimerFromACallbackThatQuietBrings) {
  struct Component {
    const sluice_host* host;
    const sluice_timer& timers;
    std::promise<sluice_status> started;
  };
  Component component{host(), timers(), {}};
  const auto done = [](void* ctx, const sluice_http_response*) {
    auto& self = *static_cast<Component*>(ctx);
    uint64_t id = 0;
    self.started.set_value(self.timers.start(
        self.host, 60'000, 0, [](void*) {}, nullptr, &id));
  };
  const SilentServer server;
  const auto request = request_to(server.url());
  uint64_t id = 0;
  ASSERT_EQ(http().send(host(), &request, done, &component, &id), SLUICE_OK);

  EXPECT_TRUE(instance_->quiet());

  auto started = component.started.get_future();
  ASSERT_EQ(started.wait_for(seconds(0)), std::future_status::ready);
  EXPECT_EQ(started.get(), SLUICE_E_STOPPING);
}

TEST_F(InstanceTest, CancelsARequestThatIsSentOnceItIsQuiet) {
  EXPECT_TRUE(instance_->quiet());
  std::promise<sluice_status> transport;
  const SilentServer server;
  const auto request = request_to(server.url());
  uint64_t id = 0;
  ASSERT_EQ(http().send(
                host(), &request,
                [](void* ctx, const sluice_http_response* response) {
                  static_cast<std::promise<sluice_status>*>(ctx)->set_value(response->transport);
                },
                &transport, &id),
            SLUICE_OK);
  auto ended = transport.get_future();
  ASSERT_EQ(ended.wait_for(seconds(30)), std::future_status::ready);
  EXPECT_EQ(ended.get(), SLUICE_E_STOPPING);
}

}  // namespace
}  // namespace sluice::services
