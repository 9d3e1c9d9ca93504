#pragma once

#include <cstddef>
#include <vector>

namespace archipel {

/// Eigenvalues and eigenvectors of a symmetric matrix [n, n]. Column k of `vectors` [n, n] belongs to `values[k]`; in no order.
struct SymmetricEigen {
  std::vector<double> values, vectors;
};

/// By cyclic Jacobi rotations (Golub & Van Loan, Matrix Computations, section 8.5). Only +, -, *, / and square roots in a fixed order, so
/// the bits are the same everywhere; those of Eigen's solver depend on its version and on the width of the machine's vectors.
SymmetricEigen symmetric_eigen(std::vector<double> matrix, std::size_t n);

}   // namespace archipel
