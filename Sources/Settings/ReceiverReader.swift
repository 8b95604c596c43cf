import Diagnostics
import HTTPTransport

/// Reads one entry of `receivers`.
struct ReceiverReader {
    let report: SettingsReport
    let secrets: SecretReader
    let folder: String

    /// The values of `type`.
    enum Kind: String, CaseIterable {
        case stdout, webhook
    }

    /// How many secrets sign one message while they are being changed.
    static let secretLimit = 4

    func read(_ section: Section, _ names: inout [String: Span]) -> ReceiverSettings? {
        let name = NetworkText.uniqueName(section, &names)
        guard section.requiredText("type", help: "add `type: webhook` or `type: stdout`") != nil,
            let kind = section.word("type", Kind.self)
        else { return nil }
        let sendsResolved = section.truth("send_resolved") ?? true
        var receiver: ReceiverSettings?
        switch kind {
        case .stdout:
            section.check(keys: ["name", "type", "send_resolved"])
            receiver = name.map { ReceiverSettings(name: $0, kind: .stdout) }
        case .webhook:
            section.check(keys: [
                "name", "type", "url", "secret_file", "secret_env", "secret_files", "ca_file", "proxy",
                "send_resolved", "secret",
            ])
            receiver = readWebhook(section, name)
            receiver?.proxy = NetworkText.proxy(of: section)
        }
        receiver?.sendsResolved = sendsResolved
        return receiver
    }

    private func readWebhook(_ section: Section, _ name: String?) -> ReceiverSettings? {
        let url = readURL(section)
        let caFile = section.text("ca_file").map { SettingsReader.path($0, folder) }
        guard let name else { return nil }
        let keys = readSecrets(section, name)
        guard let url else { return nil }
        return ReceiverSettings(name: name, kind: .webhook(url: url, secrets: keys, caFile: caFile))
    }

    private func readURL(_ section: Section) -> String? {
        guard let text = section.requiredText("url", help: "add the address that takes the notices") else { return nil }
        guard let url = NetworkText.URLParts(text.value) else {
            report.error(
                .badValue, "`\(text.value)` is no web address", at: text,
                help: "write it like `https://hooks.example.test/tocsin`")
            return nil
        }
        if !url.isEncrypted, !url.isLoopback {
            report.warning(.exposed, "notices travel in clear to `\(url.host)`", at: text, help: "use `https`")
        }
        return text.value
    }

    private func readSecrets(_ section: Section, _ name: String) -> [Secret] {
        guard let files = section.texts("secret_files") else {
            return secrets.read(section, "secret", owner: name, inlineIsFine: false).map { [$0] } ?? []
        }
        if let other = ["secret_file", "secret_env"].first(where: { section.place($0) != nil }),
            let place = section.place("secret_files")
        {
            report.error(
                .twoSources, "`secret_files` and `\(other)` are both given", section.source, place,
                help: "keep `secret_files` while secrets are being changed, and remove the other")
        }
        if files.isEmpty || files.count > Self.secretLimit, let place = section.place("secret_files") {
            report.error(
                .badValue, "`secret_files` has \(files.count) files, and 1 to \(Self.secretLimit) can be",
                section.source,
                place)
        }
        return files.compactMap { secrets.readFile($0) }
    }
}
