#include "fakes/firecrawl/fake_firecrawl.hpp"

#include "fakes/firecrawl/impl.hpp"

#include <utility>

namespace sluice::fakes {

FakeFirecrawl::FakeFirecrawl(const FirecrawlOptions& options)
    : impl_(std::make_unique<Impl>(options)) {}

FakeFirecrawl::~FakeFirecrawl() {
  impl_->server.stop();
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->is_stopping = true;
  }
  impl_->changed.notify_all();
  for (std::thread& thread : impl_->threads) thread.join();
}

HttpServer& FakeFirecrawl::server() { return impl_->server; }
std::string FakeFirecrawl::url() const { return impl_->server.url(); }

void FakeFirecrawl::change(const std::function<void(FirecrawlOptions&)>& edit) {
  const std::scoped_lock lock(impl_->mutex);
  edit(impl_->options);
}

void FakeFirecrawl::publish(SitePage page) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->site.publish(std::move(page));
}

void FakeFirecrawl::publish_all(const std::vector<SitePage>& pages) {
  for (const SitePage& page : pages) publish(page);
}

std::string FakeFirecrawl::keep(const KeptCrawl& crawl) {
  const std::scoped_lock lock(impl_->mutex);
  Job job;
  job.id = crawl.id.empty() ? new_uuid() : crawl.id;
  job.status = crawl.status;
  job.robots_blocked = crawl.robots_blocked;
  job.kickoff_error = crawl.kickoff_error;
  job.ended_at = job.created_at;
  for (const SitePage& page : crawl.pages) {
    job.urls.push_back(page.url);
    Scraped scraped = Site::scrape(page, job.formats, impl_->options.build);
    if (scraped.error.empty()) {
      job.documents.push_back(std::move(scraped.document));
    } else {
      job.add_error(scraped);
    }
  }
  for (const std::size_t index : crawl.gone) job.documents.at(index) = nullptr;
  const std::string id = job.id;
  impl_->jobs.insert_or_assign(id, std::move(job));
  return id;
}

void FakeFirecrawl::expire(std::string_view id) {
  const std::scoped_lock lock(impl_->mutex);
  if (Job* job = impl_->find(std::string(id))) job->is_expired = true;
}

bool FakeFirecrawl::wait_until_idle(std::chrono::milliseconds timeout) {
  const auto give_up = std::chrono::steady_clock::now() + timeout;
  {
    std::unique_lock lock(impl_->mutex);
    if (!impl_->changed.wait_until(lock, give_up, [this] { return impl_->running == 0; })) {
      return false;
    }
  }
  return impl_->courier.wait_until_idle(std::chrono::duration_cast<std::chrono::milliseconds>(
      give_up - std::chrono::steady_clock::now()));
}

FirecrawlCounters FakeFirecrawl::counters() const {
  FirecrawlCounters counters;
  {
    const std::scoped_lock lock(impl_->mutex);
    counters = impl_->counters;
  }
  counters.sent = impl_->courier.sent();
  counters.delivered = impl_->courier.delivered();
  return counters;
}

void FakeFirecrawl::reset_counters() {
  const std::scoped_lock lock(impl_->mutex);
  impl_->counters = {};
  impl_->courier.reset_counters();
}

}  // namespace sluice::fakes
