/// What an engine remembered when the evaluation had come to a position: a start reads it instead of what came before.
///
/// It is a shortcut: the stored facts give the same, so whatever is wrong with it, a replay takes its place.
public struct EngineState: Hashable, Sendable {
    public let connection: String
    /// The position of the last activity that is in it.
    public let position: Int64
    /// The digest of the rule book that was in force.
    public let ruleBookDigest: String
    /// As `Evaluation` writes it.
    public let body: [UInt8]

    public init(connection: String, position: Int64, ruleBookDigest: String, body: [UInt8]) {
        self.connection = connection
        self.position = position
        self.ruleBookDigest = ruleBookDigest
        self.body = body
    }
}
