public import HTTPTransport
public import Timekeeping

/// Tells a listener of the simulator's events, as OneLogin's event broadcaster does: ten a post, or what there is when
/// ten seconds have passed.
public actor WebhookSender {
    /// Events of one post.
    public static let batch = 10
    /// How long fewer wait.
    public static let patience = TimeSpan.seconds(10)

    /// What a post looks like.
    public enum Format: Sendable, CaseIterable {
        /// `[{…},{…}]`
        case array
        /// `{"event":{…}}`, one a line.
        case lines
    }

    private let simulator: Simulator
    private let url: String
    private let headers: HTTPHeaders
    private let format: Format
    private let sender: any HTTPSender
    /// The place of the next event to send.
    private var next: Int
    private var waitingSince: Timestamp?

    /// - Parameters:
    ///   - headers: Sent with every post, such as `Authorization`.
    ///   - first: The place of the first event that is sent; those before it are history.
    public init(
        _ simulator: Simulator, to url: String, headers: HTTPHeaders, format: Format, sender: any HTTPSender,
        from first: Int = 0
    ) {
        self.simulator = simulator
        self.url = url
        self.headers = headers
        self.format = format
        self.sender = sender
        next = first
    }

    /// Sends what is due now; a post that is not taken is sent again the next time.
    ///
    /// - Returns: The statuses of the answers, 0 for none.
    public func sendDue() async -> [Int] {
        var statuses: [Int] = []
        while let (body, end) = await due() {
            var request = HTTPRequest(.post, url, headers: headers, body: body)
            request.headers["Content-Type"] = format == .array ? "application/json" : "application/x-ndjson"
            let answer = try? await sender.send(request, limits: HTTPLimits())
            statuses.append(answer?.status ?? 0)
            guard answer?.isSuccess == true else { break }
            next = end
            waitingSince = nil
        }
        return statuses
    }

    private func due() async -> (body: [UInt8], end: Int)? {
        let (count, now) = await simulator.eventsNow()
        guard count > next else { return nil }
        let since = waitingSince ?? now
        waitingSince = since
        guard count - next >= Self.batch || now - since >= Self.patience else { return nil }
        let end = min(count, next + Self.batch)
        return (await simulator.webhookBody(next..<end, isLines: format == .lines), end)
    }
}

extension Simulator {
    /// How many events there are, and the moment.
    func eventsNow() -> (count: Int, now: Timestamp) { (eventCount, moment) }
}
