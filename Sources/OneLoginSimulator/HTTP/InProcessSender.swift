public import HTTPTransport
public import Timekeeping

/// The simulator as a sender: the same answers without sockets, for tests that ask thousands of times.
///
/// Waits go by the simulator's clock; a wait beyond the caller's deadline is a timeout.
public struct InProcessSender: HTTPSender {
    private let simulator: Simulator
    private let skew: TimeSpan

    /// - Parameter skew: How far the server's `Date` is ahead of the clock.
    public init(_ simulator: Simulator, skew: TimeSpan = .zero) {
        self.simulator = simulator
        self.skew = skew
    }

    public func send(_ request: HTTPRequest, limits: HTTPLimits) async throws(TransportFailure) -> HTTPResponse {
        var headers: [String: String] = ["host": request.host]
        for line in request.headers { headers[line.name.lowercased()] = line.value }
        let path = request.url.firstRange(of: request.path).map { String(request.url[$0.lowerBound...]) } ?? "/"
        let call = Call(method: request.method.rawValue, target: path, headers: headers, body: request.body)
        let deadline = limits.deadlineMilliseconds
        let answer: (reply: Reply, date: Timestamp)?
        do {
            answer = try await simulator.answer(call, within: .milliseconds(deadline))
        } catch {
            throw .cancelled
        }
        guard let (reply, date) = answer else { throw .timedOut(.deadline, afterMilliseconds: deadline) }
        var response = HTTPResponse(status: reply.status, headers: HTTPHeaders(reply.headers.map { ($0, $1) }))
        response.headers["Date"] = Self.header(date + skew)
        response.body = reply.body
        return response
    }

    /// A moment as HTTP headers write it.
    private static func header(_ moment: Timestamp) -> String {
        // `2026-02-01T07:12:09Z`, with or without a fraction.
        let parts = moment.rfc3339.split { "-T:.Z".contains($0) }.map(String.init)
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = days[Int(((moment.seconds / 86_400) % 7 + 7) % 7)]
        let month = months[(Int(parts[1]) ?? 1) - 1]
        return "\(day), \(parts[2]) \(month) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
    }
}
