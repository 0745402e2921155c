namespace Umbra.Core.Surfaces;

/// <summary>How far something seems to have moved, to the right and down, and where those stand now who say so.</summary>
internal readonly record struct MoveGuess(int Right, int Down, int Votes, Rect Voters);
