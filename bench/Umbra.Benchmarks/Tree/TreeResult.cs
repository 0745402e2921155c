namespace Umbra.Benchmarks.Tree;

/// <summary>One phase of one repetition.</summary>
/// <param name="Nears">Near nodes that had viewers.</param>
/// <param name="ViewersOfEach">Viewers at each of them.</param>
/// <param name="Rate">Updates a second that the viewers got, the middle one.</param>
/// <param name="Worst">The same of who got least.</param>
/// <param name="TargetCores">Of the target node alone.</param>
/// <param name="NearCores">Of all near nodes together.</param>
/// <param name="TargetBytes">Data memory of the target node.</param>
internal sealed record TreeResult(int Nears, int ViewersOfEach, double Rate, double Worst, double TargetCores, double NearCores, long TargetBytes, int Lost);
