public import Directory
public import HTTPTransport

/// How to reach one OneLogin account: who we are and where it lives.
public struct OneLoginConnection: Hashable, Sendable {
    /// Where accounts without a subdomain of their own are asked.
    public enum Region: String, Hashable, Sendable, CaseIterable, Codable {
        case us, eu
    }

    /// What was done to the credentials that were given; to be shown, and no reason to stop.
    public enum Warning: Hashable, Sendable {
        /// White space before or after the value was taken off: `client id` or `client secret`.
        case blankTrimmed(String)
        /// The client id is not 64 lower-case hexadecimal characters, as OneLogin's are.
        case unusualClientID
    }

    /// The first label of the account's host, such as `acme`; empty to use the region's host.
    public let subdomain: String
    public let region: Region
    public let clientID: String
    public let clientSecret: Secret
    /// Scheme, host and port in front of every path.
    public let baseURL: String
    public let warnings: [Warning]
    private let secretHasBlank: Bool

    /// A connection from what an operator typed; white space around credentials is taken off with a warning.
    ///
    /// - Parameter baseURL: Used instead of the subdomain's host, for simulators and proxies; a path is cut off.
    public init(
        subdomain: String, region: Region = .us, clientID: String, clientSecret: Secret, baseURL: String? = nil
    ) {
        var warnings: [Warning] = []
        let id = Self.trimmed(clientID)
        let secret = Self.trimmed(clientSecret.reveal())
        if id != clientID { warnings.append(.blankTrimmed("client id")) }
        if secret != clientSecret.reveal() { warnings.append(.blankTrimmed("client secret")) }
        if !Self.looksLikeKey(id) { warnings.append(.unusualClientID) }
        self.subdomain = Self.trimmed(subdomain)
        self.region = region
        self.clientID = id
        self.clientSecret = Secret(secret)
        self.warnings = warnings
        secretHasBlank = secret.contains { $0.isWhitespace }
        if let baseURL {
            self.baseURL = Self.origin(baseURL)
        } else if self.subdomain.isEmpty {
            self.baseURL = "https://api.\(region.rawValue).onelogin.com"
        } else {
            self.baseURL = "https://\(self.subdomain).onelogin.com"
        }
    }

    /// Whether the client id has the form of all of OneLogin's.
    public var hasUsualClientID: Bool { Self.looksLikeKey(clientID) }

    /// What makes the connection useless before any call is made; nil when there is nothing to say.
    public var flaw: SourceFailure? {
        if secretHasBlank {
            return SourceFailure(
                .secretHasBlank, attempt: "reading the client secret", answer: "it has white space inside",
                remedy: "copy the secret again from Developers > API Credentials, in one piece and without line breaks")
        }
        if clientID.isEmpty || clientSecret.isEmpty {
            let missing = clientID.isEmpty ? "client id" : "client secret"
            return SourceFailure(
                .credentialsRejected, attempt: "reading the \(missing)", answer: "it is empty",
                remedy: "set the \(missing) of the connection")
        }
        if clientID.contains(where: { $0.isWhitespace || $0 == "," }) {
            return SourceFailure(
                .credentialsRejected, attempt: "reading the client id", answer: "it has white space or a comma inside",
                remedy: "copy the client id again from Developers > API Credentials")
        }
        if !subdomain.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }) {
            return SourceFailure(
                .tenantUnknown, attempt: "reading the subdomain", answer: "`\(subdomain)` is no host label",
                remedy: "give only the first part of the address people sign in at: `acme` of acme.onelogin.com")
        }
        return nil
    }

    private static func looksLikeKey(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }

    private static func trimmed(_ text: String) -> String {
        let start = text.drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }

    /// Scheme and authority of a URL.
    private static func origin(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let rest = url[scheme.upperBound...]
        return String(url[..<(rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? url.endIndex)])
    }
}
