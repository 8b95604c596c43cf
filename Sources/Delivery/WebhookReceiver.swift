public import Alerting
public import HTTPTransport
public import Timekeeping

/// Posts each notice to a URL, signed as Standard Webhooks 1.0.0 says.
///
/// The notice's id is the `webhook-id`, so a repeat can be told from a second event. The body is
/// ``NoticeDocument/webhookBody(_:)``, signed as the bytes that are sent. Redirects are not followed.
public struct WebhookReceiver: Receiver {
    /// How long a receiver may take.
    public static let defaultTimeout = TimeSpan.seconds(15)
    /// How much of an answer is read; what it says is of no use to us.
    public static let answerByteLimit = 64 * 1024

    public let name: String
    private let url: String
    private let secrets: [WebhookSecret]
    private let sender: any HTTPSender
    private let limits: HTTPLimits
    private let userAgent: String

    /// - Parameters:
    ///   - url: `https`, or `http` for receivers on this machine; the settings see to that.
    ///   - secrets: Each signs; without any the webhook goes unsigned.
    public init(
        name: String, url: String, secrets: [WebhookSecret], sender: any HTTPSender,
        timeout: TimeSpan = defaultTimeout, userAgent: String = "tocsin"
    ) {
        self.name = name
        self.url = url
        self.secrets = secrets
        self.sender = sender
        limits = HTTPLimits(deadlineMilliseconds: timeout.milliseconds, bodyBytes: Self.answerByteLimit)
        self.userAgent = userAgent
    }

    public func deliver(_ notice: Notice, at moment: Timestamp) async -> DeliveryOutcome {
        do {
            let response = try await sender.send(request(notice, at: moment), limits: limits)
            if response.isSuccess { return .delivered(status: response.status) }
            let asked = response.headers["retry-after"].flatMap {
                HTTPDate.retryAfterMilliseconds($0, nowSeconds: moment.seconds)
            }
            return .refused(status: response.status, retryAfter: asked.map(TimeSpan.milliseconds))
        } catch .cancelled {
            return .cancelled
        } catch {
            return .unanswered(cause: "\(error)")
        }
    }

    /// The request of one try.
    func request(_ notice: Notice, at moment: Timestamp) -> HTTPRequest {
        let body = NoticeDocument.webhookBody(notice)
        var headers: HTTPHeaders = ["content-type": "application/json", "user-agent": userAgent]
        if secrets.isEmpty {
            headers["webhook-id"] = notice.id
            headers["webhook-timestamp"] = String(moment.seconds)
        } else {
            for line in WebhookSignature.headers(id: notice.id, at: moment, body: body, secrets: secrets) {
                headers[line.name] = line.value
            }
        }
        return HTTPRequest(.post, url, headers: headers, body: body)
    }
}
