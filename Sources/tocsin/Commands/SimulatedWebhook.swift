import ArgumentParser
import HTTPClient
import HTTPTransport
import OneLoginSimulator
import Settings
import Timekeeping

/// Where `tocsin simulate` posts the events of its tenant, as OneLogin's event broadcaster does.
struct SimulatedWebhook: ParsableArguments {
    /// What a post looks like.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case array
        case lines

        var format: WebhookSender.Format { self == .array ? .array : .lines }
    }

    @Option(name: .customLong("webhook"), help: ArgumentHelp("Post events to this address.", valueName: "url"))
    var url: String?

    @Option(
        name: .customLong("webhook-header"),
        help: ArgumentHelp("The header that lets the posts in.", valueName: "name"))
    var header = "Authorization"

    @Option(
        name: .customLong("webhook-header-file"),
        help: ArgumentHelp("A file with the value of the header, such as `Bearer` and a token.", valueName: "file"))
    var headerFile: String?

    @Option(name: .customLong("webhook-format"), help: "array (a JSON array) or lines (one `{\"event\":…}` a line).")
    var format = Format.array

    /// How often it is looked whether ten events are there, or ten seconds over.
    private static let pause = TimeSpan.milliseconds(500)

    func validate() throws {
        if url == nil, headerFile != nil { throw ValidationError("--webhook-header-file needs --webhook") }
        if let url, !url.hasPrefix("http://"), !url.hasPrefix("https://") {
            throw ValidationError("`\(url)` is no address; write it like http://127.0.0.1:8080/webhooks/onelogin/corp")
        }
    }

    /// Begins to post what happens from now on.
    ///
    /// - Returns: What posts until it is cancelled; nil without an address.
    /// - Throws: `ExitCode` 2 when the file of the header cannot be read.
    func start(_ simulator: Simulator) async throws -> Task<Void, any Error>? {
        guard let url else { return nil }
        let headers = try readHeaders()
        let first = await simulator.eventCount
        return Task {
            try await NetworkSender.with(NetworkSettings()) { sender in
                let broadcaster = WebhookSender(
                    simulator, to: url, headers: headers, format: format.format, sender: sender, from: first)
                var isRefused = false
                while !Task.isCancelled {
                    let refused = await broadcaster.sendDue().first { !(200..<300).contains($0) }
                    if let refused, !isRefused {
                        let answer = refused == 0 ? "no answer" : "\(refused)"
                        Terminal.writeError("webhook: \(answer) from \(url); the events wait and are posted again")
                    }
                    isRefused = refused != nil
                    try await SystemClock().sleep(for: Self.pause)
                }
            }
        }
    }

    private func readHeaders() throws -> HTTPHeaders {
        var headers = HTTPHeaders()
        guard let headerFile else { return headers }
        do throws(FileFailure) {
            let text = try SystemFiles().read(headerFile).text
            headers[header] = String(text.drop(while: \.isWhitespace).prefix { !$0.isNewline })
        } catch {
            Terminal.writeError("error: `\(headerFile)` cannot be read: \(error.reason)")
            throw Outcome.usage.exit
        }
        return headers
    }
}
