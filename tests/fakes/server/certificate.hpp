// A key and a certificate that signs itself, made when a test starts: nothing secret is in the
// repository and nothing expires.
#pragma once

#include <filesystem>
#include <string>

namespace sluice::fakes {

// Owns a folder under the system's temporary one; it goes with the object.
class Certificate {
 public:
  // `subject` is an alternative name as OpenSSL writes it: "IP:127.0.0.1", "DNS:elsewhere.example".
  explicit Certificate(const std::string& subject);
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  std::string certificate_file() const { return folder_ / "certificate.pem"; }
  std::string key_file() const { return folder_ / "key.pem"; }

 private:
  std::filesystem::path folder_;
};

}  // namespace sluice::fakes
